// The agent's PC/SC code on the real pcscd with virtual readers and simulated
// cards: what an agent must survive.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "agent/guarded_card.h"
#include "agent/pcsc/pcsc_context.h"
#include "agent/pcsc/pcsc_slot.h"
#include "agent/pcsc/reader_watch.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "tests/integration/pcsc_fixture.h"
#include "tests/stage/pcscd.h"

namespace cardferry::agent {
namespace {

using absl::StatusCode;
using card::RunEnd;
using stage::kVirtualReader;

card::CommandApdu Select() {
  return *card::CommandApdu::Create({0x00, 0xA4, 0x04, 0x00}, {}, 256);
}

card::Script Selects(size_t count) {
  return card::Script(count, {Select(),
                              {card::StatusWordPattern()},
                              card::AnyData(),
                              card::OnMismatch::kStop,
                              "SELECT"});
}

void Ignore(size_t, const card::ResponseApdu&) {}

class PcscReaderTest : public PcscFixture {
 protected:
  void Watch(ReaderFilter filter = ReaderFilter()) {
    watch_ = std::make_unique<ReaderWatch>(
        std::move(filter), [this](const Sighting& s) { seen_.Add(s); });
  }
  // Inserts a card and waits until it is seen.
  stage::Process InsertSeen(const std::vector<std::string>& flags = {}) {
    Watch();
    stage::Process card = InsertCard(flags);
    EXPECT_EQ(seen_.Await(kVirtualReader, "found in"), "found in");
    return card;
  }

  void StartOtherPcscd(const std::vector<std::string>& pairs) {
    KillPcscd();
    StartPcscd(pairs);
  }

  Sightings seen_;
  std::unique_ptr<ReaderWatch> watch_;
};

TEST_F(PcscReaderTest, ListsTheVirtualReaders) {
  ASSERT_OK_AND_ASSIGN(const PcscContext context, PcscContext::Establish());
  EXPECT_THAT(context.ListReaders(),
              IsOkAndHolds(std::vector<std::string>{
                  kVirtualReader, stage::kSecondVirtualReader}));
}

TEST_F(PcscReaderTest, ShowsCardsThatComeAndGoInTwoReaders) {
  Watch();
  EXPECT_EQ(seen_.Await(kVirtualReader, "found"), "found");
  EXPECT_EQ(seen_.Await(stage::kSecondVirtualReader, "found"), "found");
  stage::Process first = InsertCard({}, 0);
  stage::Process second = InsertCard({}, 1);
  EXPECT_EQ(seen_.Await(kVirtualReader, "found in"), "found in");
  EXPECT_EQ(seen_.Await(stage::kSecondVirtualReader, "found in"), "found in");
  first.Kill();
  EXPECT_EQ(seen_.Await(kVirtualReader, "found in out"), "found in out");
  EXPECT_EQ(seen_.Await(stage::kSecondVirtualReader, "found in"), "found in");
}

TEST_F(PcscReaderTest, LeavesReadersAloneThatItIsNotToServe) {
  Watch({{"Virtual*"}, {"*00 00"}});
  EXPECT_EQ(seen_.Await(stage::kSecondVirtualReader, "found"), "found");
  EXPECT_EQ(seen_.Await(kVirtualReader, ""), "");
}

TEST_F(PcscReaderTest, WaitsForAServiceThatIsNotThereAtTheStart) {
  KillPcscd();
  Watch();
  StartPcscd();
  EXPECT_EQ(seen_.Await(kVirtualReader, "found"), "found");
}

TEST_F(PcscReaderTest, OutlivesAPcscdThatIsKilledAndComesBack) {
  stage::Process card = InsertSeen();
  KillPcscd();
  EXPECT_EQ(seen_.Await(kVirtualReader, "found in out"), "found in out");
  PcscSlot slot(kVirtualReader);
  EXPECT_THAT(slot.Connect(), StatusIs(StatusCode::kUnavailable));
  StartPcscd();
  EXPECT_EQ(seen_.Await(kVirtualReader, "found in out in"), "found in out in");
  EXPECT_OK(slot.Connect());
}

// pcscd takes readers of this kind at its start only: to the agent a restart
// with others is the same as plugging.
TEST_F(PcscReaderTest, FindsAndLosesReadersAtRunTime) {
  StartOtherPcscd({"First PCD"});
  Watch();
  EXPECT_EQ(seen_.Await("First PCD 00 00", "found"), "found");
  StartOtherPcscd({"First PCD", "Second PCD"});
  EXPECT_EQ(seen_.Await("Second PCD 00 01", "found"), "found");
  StartOtherPcscd({"Second PCD"});
  EXPECT_EQ(seen_.Await("First PCD 00 00", "found gone"), "found gone");
  EXPECT_EQ(seen_.Await("Second PCD 00 01", "found"), "found");
}

TEST_F(PcscReaderTest, AnEmptyReaderIsUnavailable) {
  PcscSlot slot(kVirtualReader);
  EXPECT_THAT(slot.Connect(), StatusIs(StatusCode::kUnavailable));
  PcscSlot unknown("No such reader");
  EXPECT_THAT(unknown.Connect(), StatusIs(StatusCode::kNotFound));
}

TEST_F(PcscReaderTest, TalksToTheCardAndLosesItsAnswerWhenItIsTorn) {
  stage::Process card = InsertSeen({"--fault", "tear@2"});
  PcscSlot slot(kVirtualReader);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<CardConnection> connection,
                       slot.Connect());
  ASSERT_OK_AND_ASSIGN(const card::ResponseApdu answer,
                       connection->Transmit(Select()));
  EXPECT_EQ(answer.sw, card::kSuccess);
  EXPECT_EQ(answer.data[0], 0x6F);  // file control information template
  // Transmit itself says success, with nothing; then NOT_TRANSACTED, then
  // REMOVED_CARD.
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(connection->Transmit(Select()),
                StatusIs(StatusCode::kUnavailable))
        << i;
  }
  EXPECT_EQ(seen_.Await(kVirtualReader, "found in out"), "found in out");
}

TEST_F(PcscReaderTest, APulledCardLeavesAnUnknownOutcomeAndTheAnswersBefore) {
  stage::Process card = InsertSeen({"--fault", "pull@3+1s"});
  GuardedCard guarded(std::make_shared<PcscSlot>(kVirtualReader),
                      absl::Seconds(60));
  ASSERT_OK(guarded.Connect());
  const CardRun run = guarded.Run(Selects(5), Ignore);
  EXPECT_EQ(run.transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(run.transcript.answers.size(), 2u);
  EXPECT_FALSE(guarded.IsStuck());
  // Back in the reader it is served again.
  EXPECT_EQ(seen_.Await(kVirtualReader, "found in out in"), "found in out in");
  ASSERT_OK(guarded.Connect());
  EXPECT_EQ(guarded.Run(Selects(1), Ignore).transcript.end, RunEnd::kDone);
}

// pcscd is told to reset a card that it holds for present and that is not
// there: it would take the reader for empty from then on.
TEST_F(PcscReaderTest, ACardThatIsBackBeforePcscdMissedItIsServedAgain) {
  stage::Process card = InsertSeen({"--fault", "pull@3+0.2s"});
  GuardedCard guarded(std::make_shared<PcscSlot>(kVirtualReader),
                      absl::Seconds(60));
  ASSERT_OK(guarded.Connect());
  guarded.ResetAtEnd();
  const CardRun run = guarded.Run(Selects(5), Ignore);
  EXPECT_EQ(run.transcript.end, RunEnd::kUnknown);
  guarded.Release();
  EXPECT_FALSE(guarded.IsStuck());
  // Whether pcscd saw it go is a matter of chance: no sighting to wait for.
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  absl::Status connected = guarded.Connect();
  while (!connected.ok() && absl::Now() < deadline) {
    std::this_thread::yield();
    connected = guarded.Connect();
  }
  ASSERT_OK(connected);
  EXPECT_EQ(guarded.Run(Selects(1), Ignore).transcript.end, RunEnd::kDone);
}

// PC/SC notices nothing; the agent may not stumble, and may not believe that it
// knows whose card it is: the secure channel finds out.
TEST_F(PcscReaderTest, ACardSwappedUnseenAnswersOnTheOldHandle) {
  stage::Process card = InsertSeen({"--fault", "reinsert@2"});
  GuardedCard guarded(std::make_shared<PcscSlot>(kVirtualReader),
                      absl::Seconds(60));
  ASSERT_OK(guarded.Connect());
  const CardRun run = guarded.Run(Selects(3), Ignore);
  EXPECT_FALSE(guarded.IsStuck());
  if (run.transcript.end == RunEnd::kDone) {
    EXPECT_EQ(run.transcript.answers.size(), 3u);
  } else {
    EXPECT_EQ(run.transcript.end, RunEnd::kUnknown);
  }
}

TEST_F(PcscReaderTest, GivesUpAMuteCardAndServesTheNextOne) {
  stage::Process mute = InsertSeen({"--fault", "mute@2"});
  GuardedCard guarded(std::make_shared<PcscSlot>(kVirtualReader),
                      absl::Seconds(1));
  ASSERT_OK(guarded.Connect());
  const CardRun run = guarded.Run(Selects(3), Ignore);
  EXPECT_EQ(run.transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(run.transcript.answers.size(), 1u);
  EXPECT_THAT(run.trouble, StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(guarded.IsStuck());
  EXPECT_THAT(guarded.Connect(), StatusIs(StatusCode::kDeadlineExceeded));
  mute.Kill();  // taken out
  EXPECT_EQ(seen_.Await(kVirtualReader, "found in out"), "found in out");
  stage::Process next = InsertCard();
  EXPECT_EQ(seen_.Await(kVirtualReader, "found in out in"), "found in out in");
  while (guarded.IsStuck()) std::this_thread::yield();
  ASSERT_OK(guarded.Connect());
  EXPECT_EQ(guarded.Run(Selects(3), Ignore).transcript.end, RunEnd::kDone);
}

TEST_F(PcscReaderTest, AMuteCardDoesNotHoldUpTheOtherReader) {
  stage::Process mute = InsertSeen({"--fault", "mute@1"});
  stage::Process other = InsertCard({}, 1);
  EXPECT_EQ(seen_.Await(stage::kSecondVirtualReader, "found in"), "found in");
  GuardedCard stuck(std::make_shared<PcscSlot>(kVirtualReader),
                    absl::Seconds(1));
  GuardedCard free(std::make_shared<PcscSlot>(stage::kSecondVirtualReader),
                   absl::Seconds(60));
  ASSERT_OK(stuck.Connect());
  ASSERT_OK(free.Connect());
  stuck.Run(Selects(1), Ignore);
  EXPECT_TRUE(stuck.IsStuck());
  EXPECT_EQ(free.Run(Selects(100), Ignore).transcript.end, RunEnd::kDone);
}

TEST_F(PcscReaderTest, APcscdKilledInTheMiddleLeavesAnUnknownOutcome) {
  stage::Process card = InsertSeen({"--fault", "mute@2"});
  GuardedCard guarded(std::make_shared<PcscSlot>(kVirtualReader),
                      absl::Seconds(60));
  ASSERT_OK(guarded.Connect());
  const CardRun run = guarded.Run(
      Selects(3), [this](size_t, const card::ResponseApdu&) { KillPcscd(); });
  EXPECT_EQ(run.transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(run.transcript.answers.size(), 1u);
  EXPECT_FALSE(guarded.IsStuck());
}

TEST_F(PcscReaderTest, OtherProgramsStayOutUntilTheCardIsReleased) {
  stage::Process card = InsertSeen();
  GuardedCard ours(std::make_shared<PcscSlot>(kVirtualReader),
                   absl::Seconds(60));
  ASSERT_OK(ours.Connect());
  GuardedCard theirs(std::make_shared<PcscSlot>(kVirtualReader),
                     absl::Seconds(1));
  EXPECT_THAT(theirs.Connect(), StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_EQ(ours.Run(Selects(3), Ignore).transcript.end, RunEnd::kDone);
  ours.Release();
  while (theirs.IsStuck()) std::this_thread::yield();
  EXPECT_OK(theirs.Connect());
}

TEST_F(PcscReaderTest, AT0CardGetsNoExtendedLengthAndItsAnswersWhole) {
  // TD1 absent: T=0 only.
  stage::Process card = InsertSeen({"--atr", "3B00"});
  PcscSlot slot(kVirtualReader);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<CardConnection> connection,
                       slot.Connect());
  EXPECT_FALSE(connection->TakesExtendedLength());
  ASSERT_OK_AND_ASSIGN(const card::ResponseApdu answer,
                       connection->Transmit(Select()));
  EXPECT_EQ(answer.sw, card::kSuccess);
  EXPECT_EQ(answer.data[0], 0x6F);
}

TEST_F(PcscReaderTest, ACardForBothProtocolsGetsT1) {
  stage::Process card = InsertSeen();
  PcscSlot slot(kVirtualReader);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<CardConnection> connection,
                       slot.Connect());
  EXPECT_TRUE(connection->TakesExtendedLength());
}

}  // namespace
}  // namespace cardferry::agent
