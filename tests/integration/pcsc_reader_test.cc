// The agent's PC/SC code on the real pcscd with a virtual reader and the
// simulated card.
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "agent/pcsc/pcsc_context.h"
#include "agent/pcsc/pcsc_slot.h"
#include "agent/pcsc/reader_monitor.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "tests/stage/pcscd.h"
#include "tests/stage/process.h"
#include "tests/stage/runfiles.h"

namespace cardferry::agent {
namespace {

constexpr char kKeys[] =
    "kvn=30\nkdd=00010203040506070809\n"
    "enc=000102030405060708090A0B0C0D0E0F\n"
    "mac=101112131415161718191A1B1C1D1E1F\n"
    "dek=202122232425262728292A2B2C2D2E2F\n";

// What a monitor has shown, in order: '+' for an arrival, '-' for none there.
class Sightings {
 public:
  void Add(const CardPresence& presence) {
    absl::MutexLock lock(&mutex_);
    text_.push_back(presence.present ? '+' : '-');
  }
  std::string Await(size_t count) {
    absl::MutexLock lock(&mutex_);
    wanted_ = count;
    mutex_.AwaitWithTimeout(
        absl::Condition(
            +[](Sightings* s) ABSL_NO_THREAD_SAFETY_ANALYSIS {
              return s->text_.size() >= s->wanted_;
            },
            this),
        absl::Seconds(20));
    return text_;
  }

 private:
  absl::Mutex mutex_;
  std::string text_ ABSL_GUARDED_BY(mutex_);
  size_t wanted_ ABSL_GUARDED_BY(mutex_) = 0;
};

class PcscReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    StartPcscd();
    unlink(KeysFile().c_str());
    ASSERT_OK(WriteFileAtomically(KeysFile(), AsBytes(kKeys), 0400));
  }

  void StartPcscd() {
    unlink("/run/pcscd/pcscd.comm");  // a killed pcscd leaves both behind
    unlink("/run/pcscd/pcscd.pid");
    ASSERT_OK_AND_ASSIGN(pcscd_,
                         stage::StartPcscd(testing::TempDir() + "/pcscd.log"));
  }

  void InsertCard() {
    stage::Command command;
    ASSERT_OK_AND_ASSIGN(const std::string program,
                         stage::Runfile("cardsim/cardsim"));
    command.arguments = {program, "--keys_file", KeysFile()};
    command.log_file = testing::TempDir() + "/cardsim.log";
    ASSERT_OK_AND_ASSIGN(card_, stage::Process::Start(command));
  }

  static std::string KeysFile() { return testing::TempDir() + "/card.keys"; }

  stage::Process pcscd_;
  stage::Process card_;
};

card::CommandApdu Select() {
  return *card::CommandApdu::Create({0x00, 0xA4, 0x04, 0x00}, {}, 256);
}

TEST_F(PcscReaderTest, ListsTheVirtualReader) {
  ASSERT_OK_AND_ASSIGN(const PcscContext context, PcscContext::Establish());
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> readers,
                       context.ListReaders());
  ASSERT_FALSE(readers.empty());
  EXPECT_EQ(readers[0], stage::kVirtualReader);
}

TEST_F(PcscReaderTest, ShowsACardThatArrivesAndOneThatGoes) {
  Sightings sightings;
  ReaderMonitor monitor(stage::kVirtualReader,
                        [&](const CardPresence& seen) { sightings.Add(seen); });
  EXPECT_EQ(sightings.Await(1), "-");
  InsertCard();
  EXPECT_EQ(sightings.Await(2), "-+");
  card_.Kill();
  EXPECT_EQ(sightings.Await(3), "-+-");
}

TEST_F(PcscReaderTest, TalksToTheCardAndLosesItsAnswerWhenItIsTorn) {
  Sightings sightings;
  ReaderMonitor monitor(stage::kVirtualReader,
                        [&](const CardPresence& seen) { sightings.Add(seen); });
  InsertCard();
  ASSERT_EQ(sightings.Await(2), "-+");
  PcscSlot slot(stage::kVirtualReader);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<CardConnection> connection,
                       slot.Connect());
  ASSERT_OK_AND_ASSIGN(const card::ResponseApdu answer,
                       connection->Transmit(Select()));
  EXPECT_EQ(answer.sw, card::kSuccess);
  EXPECT_EQ(answer.data[0], 0x6F);  // file control information template
  card_.Kill();
  EXPECT_THAT(connection->Transmit(Select()),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(PcscReaderTest, AnEmptyReaderIsUnavailable) {
  PcscSlot slot(stage::kVirtualReader);
  EXPECT_THAT(slot.Connect(), StatusIs(absl::StatusCode::kUnavailable));
  PcscSlot unknown("No such reader");
  EXPECT_THAT(unknown.Connect(), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(PcscReaderTest, OutlivesAPcscdThatIsKilledAndComesBack) {
  Sightings sightings;
  ReaderMonitor monitor(stage::kVirtualReader,
                        [&](const CardPresence& seen) { sightings.Add(seen); });
  InsertCard();
  ASSERT_EQ(sightings.Await(2), "-+");
  pcscd_.Kill();
  EXPECT_EQ(sightings.Await(3), "-+-");
  PcscSlot slot(stage::kVirtualReader);
  EXPECT_THAT(slot.Connect(), StatusIs(absl::StatusCode::kUnavailable));
  StartPcscd();
  EXPECT_EQ(sightings.Await(4), "-+-+");
  EXPECT_OK(slot.Connect());
}

}  // namespace
}  // namespace cardferry::agent
