// What no true card does; the others are in //tests/files:file_job_test.
#include "services/sequencer/files/file_sequencer.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/script/run_script.h"
#include "proto/cardferry/config/v1/file_tree.pb.h"
#include "services/sequencer/files/testing/fake_file_keyvault.h"

namespace cardferry::sequencer {
namespace {

using Outcome = FileSequencer::Outcome;

card::ResponseApdu Answer(absl::string_view hex) {
  return *card::ResponseApdu::Parse(FromHexOrDie(hex));
}

// A card that has the file 0001, and says yes to whatever it is sent: its life
// cycle stays that of a new file.
card::ResponseApdu Obliging(const card::CommandApdu& command) {
  const bool asks_for_control =
      command.header().ins == 0xA4 && command.header().p2 == 0x04;
  return Answer(asks_for_control ? "620E82010183020001800200028A01039000"
                                 : "9000");
}

class FileSequencerTest : public testing::Test {
 protected:
  FileSequencer::Request Request() const {
    config::v1::FileTree tree;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "files { id: '0001' transparent { size: 2 } }", &tree));
    return {{'t'},
            "kiosk-1",
            "slot 0",
            {SerialNumber{8, 0, 4, 9, 1, 2, 3, 4, 5, 6}, Bytes(8, 1)},
            tree.SerializeAsString(),
            "files/08000409010203040506"};
  }
  card::Transcript Run(const card::Script& script) {
    return card::RunScript(
        script,
        [this](const card::CommandApdu& command)
            -> absl::StatusOr<card::ResponseApdu> {
          sent_.push_back(ToHex(command.Encode()));
          return Obliging(command);
        },
        nullptr);
  }
  FileSequencer::Conclusion Insert(FileSequencer& sequencer) {
    auto prepared = sequencer.Prepare(Request());
    for (int packet = 0; prepared.ok() && packet < 100; ++packet) {
      const auto conclusion =
          sequencer.Conclude(prepared->state, Run(prepared->script));
      EXPECT_OK(conclusion.status());
      if (!conclusion.ok()) break;
      if (conclusion->outcome != Outcome::kContinues) return *conclusion;
      changing_packets_ = conclusion->continuation.changing_packets;
      prepared = sequencer.Continue(conclusion->continuation);
    }
    EXPECT_OK(prepared.status());
    return {};
  }

  std::vector<std::string> sent_;
  uint32_t changing_packets_ = 0;
};

TEST_F(FileSequencerTest, ACardThatShowsNothingOfWhatItTookIsGivenUp) {
  FileSequencer sequencer({{"demo-files", "files", {}}},
                          std::make_unique<FakeFileKeyvault>());
  const FileSequencer::Conclusion conclusion = Insert(sequencer);
  EXPECT_EQ(conclusion.outcome, Outcome::kFailed);
  EXPECT_EQ(conclusion.reason,
            "The card has taken the changes and does not show them: the same "
            "would have to be sent again.");
  EXPECT_EQ(std::count(sent_.begin(), sent_.end(), "00440000"), 1);
}

TEST_F(FileSequencerTest, APasswordIsVerifiedOnceInASession) {
  FileSequencer sequencer({{"demo-files", "files", {}, 4, 1}},
                          std::make_unique<FakeFileKeyvault>());
  Insert(sequencer);
  EXPECT_EQ(std::count(sent_.begin(), sent_.end(), "002000010431323334"), 1);
  // The packet that reads alone is none with changes.
  EXPECT_EQ(changing_packets_, 0u);
}

}  // namespace
}  // namespace cardferry::sequencer
