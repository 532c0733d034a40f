#include "agent/stored_runner.h"

#include <memory>
#include <vector>

#include "agent/reader_worker.h"
#include "agent/switchboard.h"
#include "agent/testing/fake_card.h"
#include "agent/testing/fake_folder.h"
#include "agent/testing/fake_uplink.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using card::RunEnd;
using testing::ElementsAre;
using testing::IsEmpty;

// The fake card answers 9000 without data.
const card::ExpectedData kRight = card::ExactData{};
const card::ExpectedData kWrong = card::ExactData{{1}};

card::ScriptCommand Command(uint8_t ins, card::ExpectedData expected) {
  return {*card::CommandApdu::Create({0x80, ins, 0, 0}, {}),
          {card::StatusWordPattern()},
          std::move(expected),
          card::OnMismatch::kStop,
          "step"};
}

// SELECT, GET DATA and INITIALIZE UPDATE, then two parts of a load.
StoredAttempt Attempt(const std::string& id, card::ExpectedData card,
                      card::ExpectedData counter) {
  return {id,
          {Command(0xA4, card::AnyData{}), Command(0xCA, std::move(card)),
           Command(0x50, std::move(counter))},
          {{Command(0x82, card::AnyData{})},
           {Command(0xE6, card::AnyData{}), Command(0xE8, card::AnyData{})}}};
}

StoredPacket Packet(const std::string& id,
                    std::vector<StoredAttempt> attempts) {
  return {id, absl::InfiniteFuture(), std::move(attempts)};
}

class StoredRunnerTest : public testing::Test {
 protected:
  // The instructions that the card was sent.
  std::vector<std::string> Sent() const {
    std::vector<std::string> instructions;
    for (const std::string& command : card_.sent()) {
      instructions.push_back(command.substr(2, 2));
    }
    return instructions;
  }

  FakeCard card_;
  FakeFolder folder_;
  FakeFolder stored_folder_;
  PacketJournal journal_{folder_};
  FakeUplink uplink_;
  Outbox outbox_{journal_, uplink_};
  SystemRandom random_;
  std::unique_ptr<PacketSeal> seal_ =
      *PacketSeal::Create(SecretBytes(PacketSeal::kKeySize), random_);
  PacketStore store_{stored_folder_, *seal_};
  GuardedCard guarded_{card_.slot(), absl::Minutes(1)};
  StoredRunner runner_{"R", guarded_, &store_, outbox_};
};

TEST_F(StoredRunnerTest, RunsThePacketOfTheCardAndReportsAndForgetsIt) {
  ASSERT_OK(store_.Keep(Packet("1", {Attempt("P1", kRight, kRight)})));
  EXPECT_TRUE(runner_.Run(absl::Now()));
  EXPECT_THAT(Sent(), ElementsAre("A4", "CA", "50", "82", "E6", "E8"));
  const std::vector<Report> reports = uplink_.reports();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].packet_id, "P1");
  EXPECT_EQ(reports[0].transcript.answers.size(), 3u);
  EXPECT_EQ(reports[0].transcript.end, RunEnd::kDone);
  EXPECT_EQ(reports[0].measurements.apdus, 6u);
  EXPECT_EQ(reports[0].measurements.round_trips, 0u);
  EXPECT_THAT(store_.Ids(), IsEmpty());
  EXPECT_FALSE(runner_.Run(absl::Now()));
  EXPECT_EQ(card_.connections(), 0) << "the card was let go";
}

TEST_F(StoredRunnerTest, TheReportIsInTheJournalUntilTheServerHasIt) {
  ASSERT_OK(store_.Keep(Packet("1", {Attempt("P1", kRight, kRight)})));
  ASSERT_TRUE(runner_.Run(absl::Now()));
  const std::vector<JournaledPacket> journaled = journal_.Recover();
  ASSERT_EQ(journaled.size(), 1u);
  EXPECT_EQ(journaled[0].packet_id, "P1");
  EXPECT_TRUE(journaled[0].end.has_value());
  outbox_.Acknowledge("P1");
  EXPECT_THAT(journal_.Recover(), IsEmpty());
}

TEST_F(StoredRunnerTest, SendsNothingAfterAnAnswerThatIsNotThePredictedOne) {
  ASSERT_OK(store_.Keep(Packet("1", {Attempt("P1", kRight, kWrong)})));
  EXPECT_FALSE(runner_.Run(absl::Now()));
  EXPECT_THAT(Sent(), ElementsAre("A4", "CA", "50"));
  EXPECT_THAT(uplink_.reports(), IsEmpty());
  EXPECT_THAT(store_.Ids(), ElementsAre("1"));
  card_.AwaitResets(1);
}

TEST_F(StoredRunnerTest, AnotherCardsCounterIsNotMoved) {
  ASSERT_OK(store_.Keep(Packet(
      "1", {Attempt("P1", kWrong, kRight), Attempt("P2", kWrong, kRight)})));
  ASSERT_OK(store_.Keep(Packet("2", {Attempt("P3", kRight, kRight)})));
  EXPECT_TRUE(runner_.Run(absl::Now()));
  EXPECT_THAT(Sent(),
              ElementsAre("A4", "CA", "A4", "CA", "50", "82", "E6", "E8"));
  EXPECT_THAT(store_.Ids(), ElementsAre("1"));
}

TEST_F(StoredRunnerTest, TriesEachCounterOnceAndRunsOneAttempt) {
  ASSERT_OK(store_.Keep(
      Packet("1", {Attempt("P1", kRight, kWrong), Attempt("P2", kRight, kRight),
                   Attempt("P3", kRight, kRight)})));
  EXPECT_TRUE(runner_.Run(absl::Now()));
  EXPECT_THAT(Sent(), ElementsAre("A4", "CA", "50", "A4", "CA", "50", "82",
                                  "E6", "E8"));
  EXPECT_EQ(uplink_.reports()[0].packet_id, "P2");
  EXPECT_THAT(store_.Ids(), IsEmpty());
}

TEST_F(StoredRunnerTest, ACardThatGoesDuringTheProbeHasRunNothing) {
  ASSERT_OK(store_.Keep(Packet("1", {Attempt("P1", kRight, kRight)})));
  card_.VanishAfter(2);
  EXPECT_FALSE(runner_.Run(absl::Now()));
  EXPECT_THAT(uplink_.reports(), IsEmpty());
  EXPECT_THAT(store_.Ids(), ElementsAre("1"));
}

TEST_F(StoredRunnerTest, ACardThatGoesDuringTheLoadHasUnknownState) {
  ASSERT_OK(store_.Keep(Packet("1", {Attempt("P1", kRight, kRight)})));
  card_.VanishAfter(4);
  EXPECT_TRUE(runner_.Run(absl::Now()));
  EXPECT_EQ(uplink_.reports()[0].transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(uplink_.reports()[0].transcript.answers.size(), 1u);
  EXPECT_THAT(store_.Ids(), IsEmpty());
}

TEST_F(StoredRunnerTest, NoPacketIsBegunTwice) {
  ASSERT_OK(outbox_.Begin("P1", "R", 3));
  ASSERT_OK(store_.Keep(Packet("1", {Attempt("P1", kRight, kRight)})));
  EXPECT_TRUE(runner_.Run(absl::Now()));
  EXPECT_THAT(Sent(), ElementsAre("A4", "CA", "50"));
  EXPECT_THAT(store_.Ids(), IsEmpty());
}

TEST_F(StoredRunnerTest, AWorkerRunsItBeforeAnyOpening) {
  ReaderWorker::Options options;
  options.store = &store_;
  ASSERT_OK(store_.Keep(Packet("1", {Attempt("P1", kRight, kRight)})));
  ReaderWorker worker("R", card_.slot(), uplink_, outbox_, options);
  worker.Post(OpeningReceived{{"O1",
                               {Command(0xCB, card::AnyData{})},
                               {Command(0x51, card::AnyData{})},
                               true}});
  worker.Post(CardArrived{});
  uplink_.AwaitAnswer();
  EXPECT_THAT(Sent(),
              ElementsAre("A4", "CA", "50", "82", "E6", "E8", "CB", "51"));
}

TEST_F(StoredRunnerTest, TheSwitchboardKeepsForgetsAndSaysWhatWaits) {
  ReaderWorker::Options options;
  options.store = &store_;
  Switchboard board(
      uplink_, outbox_, [this](const std::string&) { return card_.slot(); },
      options);
  board.Post(AddressedEvent{
      "", StoreRequested{Packet("1", {Attempt("P1", kWrong, kRight)})}});
  EXPECT_THAT(uplink_.AwaitStored(1), ElementsAre("1"));
  board.Post(AddressedEvent{"", Connected{}});
  EXPECT_THAT(uplink_.AwaitStored(2), ElementsAre("1"));
  board.Post(AddressedEvent{"", ForgetRequested{{"1", "none"}}});
  EXPECT_THAT(uplink_.AwaitStored(3), IsEmpty());
}

TEST_F(StoredRunnerTest, APacketForACardThatLiesThereIsRunAtOnce) {
  ReaderWorker::Options options;
  options.store = &store_;
  Switchboard board(
      uplink_, outbox_, [this](const std::string&) { return card_.slot(); },
      options);
  board.Post({Sighting::Kind::kReaderFound, "R", {}});
  board.Post({Sighting::Kind::kCardIn, "R", {}});
  board.Post(AddressedEvent{
      "", StoreRequested{Packet("1", {Attempt("P1", kRight, kRight)})}});
  EXPECT_EQ(uplink_.AwaitReport().packet_id, "P1");
}

}  // namespace
}  // namespace cardferry::agent
