// A card of files (ISO/IEC 7816-4) with everything as it ships: from a file
// tree to the card, which another PC/SC client then reads.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/substitute.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"
#include "tests/stage/opensc_tool.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kCardId[] = "demo-files/00000000002026110001";
constexpr char kHolds[] = "The card holds what the manifest says.";
constexpr char kHeld[] =
    "The card held what the manifest says already; nothing was changed.";

// Anybody may read the first EF below the DF, nobody without the card's keys
// the second one.
constexpr char kTree[] = R"(
files {
  id: '5000'
  df {
    name: 'A000000001'
    files {
      id: '0001' short_id: 1
      transparent { size: 32 content: '$0' }
      rules { access: READ fixed: ALWAYS }
      rules { access: [UPDATE, DELETE] all_of: [SECURE_MESSAGING, EXTERNAL] }
    }
    files {
      id: '0002'
      linear_fixed { record_size: 4 record_count: 3
                     records: '01020304' records: '05060708' }
      rules { access: [READ, UPDATE, APPEND, DELETE]
              all_of: [SECURE_MESSAGING, EXTERNAL] }
    }
  }
  rules { access: [CREATE_EF, CREATE_DF, DELETE_CHILD]
          all_of: [SECURE_MESSAGING, EXTERNAL] }
}
)";

// What of the commands that reached the card was to change it.
std::vector<std::string> ChangesAmong(const std::vector<Exchange>& exchanges) {
  return HeadersOf(exchanges,
                   {"04", "44", "E0", "E2", "E4", "E6", "E8", "D6", "DC"});
}

// Status words and data in hexadecimal, from a PC/SC client of others.
std::vector<std::string> AskWithOpensc(const std::vector<std::string>& apdus) {
  std::vector<Bytes> commands;
  for (const std::string& apdu : apdus) commands.push_back(FromHexOrDie(apdu));
  const auto answers = stage::SendWithOpenscTool(commands);
  EXPECT_OK(answers);
  std::vector<std::string> texts;
  if (!answers.ok()) return texts;
  for (const card::ResponseApdu& one : *answers) {
    texts.push_back(ToHex(one.Encode()));
  }
  return texts;
}

class FileCardTest : public ::testing::Test {
 protected:
  void Raise(bool foreign) {
    stage::StageOptions options;
    options.card.kind = "files-aes";
    options.card.foreign = foreign;
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise(options));
  }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  // The tree with `content` in its first EF, as a file.
  std::string TreeFile(const std::string& content) {
    const std::string path = stage_->Path("tree.textproto");
    EXPECT_OK(WriteFileAtomically(
        path, AsBytes(absl::Substitute(kTree, content)), 0644));
    return path;
  }

  // `cardferry job add --file-tree ... --wait` at the agent.
  void ExpectJob(const std::string& content, int exit_code,
                 const std::string& message) {
    ASSERT_OK_AND_ASSIGN(before_, stage_->CardLog());
    const stage::Outcome outcome =
        stage_->Cardferry({"job", "add", "--file-tree", TreeFile(content),
                           "--agent", stage::kAgentName, "--wait"});
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.errors;
    EXPECT_THAT(outcome.output, HasSubstr(message));
  }
  // What the last job sent to the card.
  std::vector<Exchange> Sent() {
    const auto exchanges = stage_->CardLogFrom(before_.size());
    EXPECT_OK(exchanges);
    return exchanges.value_or(std::vector<Exchange>());
  }
  pb::Job LastJob() {
    const auto jobs = stage_->Jobs();
    EXPECT_OK(jobs);
    return jobs.ok() && !jobs->empty() ? jobs->front() : pb::Job();
  }

  std::vector<Exchange> before_;
  std::unique_ptr<TestStage> stage_;
};

TEST_F(FileCardTest, ComesToHoldItsTreeAndIsWrittenOnlyWhatDiffers) {
  ASSERT_NO_FATAL_FAILURE(Raise(/*foreign=*/false));
  ExpectJob("CAFE010203040506", 0, kHolds);
  EXPECT_THAT(HeadersOf(Sent(), {"E0"}), SizeIs(3));
  const pb::Job first = LastJob();
  EXPECT_EQ(first.card_id(), kCardId);
  ASSERT_EQ(first.facts_size(), 3);
  EXPECT_EQ(first.facts(1).text(), "file 5000/0001 is as it should be");
  for (const pb::Fact& fact : first.facts()) {
    EXPECT_TRUE(fact.proven()) << fact.text();
  }
  // The second EF is there, and is not for everybody.
  EXPECT_THAT(
      AskWithOpensc({"00A4080C0450000001", "00B0000008", "00D6000001FF",
                     "00A4080C0450000002", "00B2010404"}),
      ElementsAre("9000", "CAFE0102030405069000", "6982", "9000", "6982"));

  ExpectJob("CAFE010203040506", 0, kHeld);
  EXPECT_THAT(ChangesAmong(Sent()), IsEmpty());
  EXPECT_EQ(LastJob().measurements().round_trips(), 2u);

  ExpectJob("CAFE0102FF040506", 0, kHolds);
  EXPECT_THAT(ChangesAmong(Sent()), ElementsAre("0CD60004"));
  EXPECT_THAT(AskWithOpensc({"00A4080C0450000001", "00B0000008"}),
              ElementsAre("9000", "CAFE0102FF0405069000"));

  const stage::Outcome plan =
      stage_->Cardferry({"job", "plan", "--file-tree",
                         TreeFile("CAFE0102FF040506"), "--card", kCardId});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output,
              HasSubstr("By its record the card holds all of it."));
}

TEST_F(FileCardTest, WithoutItsKeysIsStoppedBeforeAnythingIsChanged) {
  ASSERT_NO_FATAL_FAILURE(Raise(/*foreign=*/true));
  ExpectJob("CAFE", 1, "The card has not shown its keys");
  EXPECT_THAT(HeadersOf(Sent(), {"82"}), ElementsAre("00820000"));
  EXPECT_THAT(ChangesAmong(Sent()), IsEmpty());
  EXPECT_EQ(LastJob().facts_size(), 0);
  ASSERT_OK_AND_ASSIGN(const std::vector<pb::Event> stops,
                       stage_->Events("card.stopped"));
  ASSERT_EQ(stops.size(), 1u);
  EXPECT_EQ(stops[0].card_id(), kCardId);

  // Its keys are not tried a second time.
  ExpectJob("CAFE", 1, "This card is stopped here");
  EXPECT_THAT(HeadersOf(Sent(), {"82"}), IsEmpty());
  EXPECT_THAT(AskWithOpensc({"00A4080C025000"}), ElementsAre("6A82"));

  // Cards that take applets are served beside it.
  ASSERT_EQ(stage_->AddApplet("greetinglib").exit_code, 0);
  stage::CardChoice other;
  other.kind = "scp02-implicit";
  ASSERT_OK(stage_->ChangeCard(other));
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->RunJob("greetinglib"));
  EXPECT_EQ(job.message(), "The card holds greetinglib.");
  EXPECT_EQ(job.measurements().round_trips(), 1u);
}

}  // namespace
}  // namespace cardferry::e2e
