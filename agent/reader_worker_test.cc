#include "agent/reader_worker.h"

#include <memory>
#include <vector>

#include "agent/testing/fake_card.h"
#include "agent/testing/fake_folder.h"
#include "agent/testing/fake_uplink.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using card::RunEnd;

// Long enough for a call that is not held up, on a busy machine too.
constexpr absl::Duration kSoon = absl::Milliseconds(500);

card::Script Commands(std::initializer_list<uint8_t> instructions) {
  card::Script script;
  for (const uint8_t ins : instructions) {
    script.push_back({*card::CommandApdu::Create({0x80, ins, 0, 0}, {}),
                      {card::StatusWordPattern()},
                      card::AnyData(),
                      card::OnMismatch::kStop,
                      "step"});
  }
  return script;
}

// A worker with a fake of everything around it; what is special about the
// fakes is said before Start.
class ReaderWorkerTest : public testing::Test {
 protected:
  void Start(ReaderWorker::Options options = ReaderWorker::Options()) {
    worker_ = std::make_unique<ReaderWorker>("R", card_.slot(), uplink_,
                                             outbox_, options);
  }

  // Up to the answer of an opening with challenge.
  SendAnswer Open() {
    worker_->Post(
        OpeningReceived{{"O1", Commands({0xA4}), Commands({0x50}), true}});
    worker_->Post(CardArrived{});
    return uplink_.AwaitAnswer();
  }

  void PostPart(std::initializer_list<uint8_t> instructions, bool last = true) {
    worker_->Post(PartReceived{{"P1", "O1", Commands(instructions), last, 3}});
  }

  FakeCard card_;
  FakeFolder folder_;
  PacketJournal journal_{folder_};
  FakeUplink uplink_;
  Outbox outbox_{journal_, uplink_};
  std::unique_ptr<ReaderWorker> worker_;
};

TEST_F(ReaderWorkerTest, CarriesAPacketToTheCardWithOneWaitForTheServer) {
  Start();
  const SendAnswer answer = Open();
  EXPECT_EQ(answer.opening_id, "O1");
  EXPECT_EQ(answer.identify.answers.size(), 1u);
  ASSERT_TRUE(answer.challenge.has_value());
  EXPECT_EQ(answer.challenge->end, RunEnd::kDone);

  PostPart({0x82, 0xE6});
  const Report report = uplink_.AwaitReport();
  EXPECT_EQ(report.packet_id, "P1");
  EXPECT_EQ(report.transcript.end, RunEnd::kDone);
  EXPECT_EQ(report.transcript.answers.size(), 2u);
  EXPECT_EQ(report.trouble, "");
  EXPECT_EQ(card_.sent(), (std::vector<std::string>{"80A40000", "80500000",
                                                    "80820000", "80E60000"}));
  EXPECT_EQ(report.measurements.round_trips, 1u);
  EXPECT_EQ(report.measurements.apdus, 4u);
  EXPECT_EQ(report.measurements.bytes, 4u * 6u);
  EXPECT_EQ(uplink_.progress().back().done, 2u);
  EXPECT_EQ(uplink_.progress().back().total, 3u);
}

TEST_F(ReaderWorkerTest, APacketThatIsThereAtOnceStillTookARoundTrip) {
  Start();
  worker_->Post(
      OpeningReceived{{"O1", Commands({0xA4}), Commands({0x50}), true}});
  worker_->Post(CardArrived{});
  PostPart({0x82});
  EXPECT_EQ(uplink_.AwaitReport().measurements.round_trips, 1u);
}

TEST_F(ReaderWorkerTest, ResetsTheCardAfterASessionAndLetsItGo) {
  Start();
  Open();
  PostPart({0x82});
  uplink_.AwaitReport();
  worker_->Finish(absl::InfiniteDuration());
  EXPECT_EQ(card_.connections(), 0);
  EXPECT_EQ(card_.resets(), 1);
}

TEST_F(ReaderWorkerTest, JournalsBeforeTheFirstCommandAndUntilTheReport) {
  Start();
  Open();
  PostPart({0x82}, false);
  PostPart({0xE6}, true);
  uplink_.AwaitReport();
  worker_->Finish(absl::InfiniteDuration());
  const std::vector<JournaledPacket> journaled = journal_.Recover();
  ASSERT_EQ(journaled.size(), 1u);
  EXPECT_EQ(journaled[0].packet_id, "P1");
  EXPECT_EQ(journaled[0].reader, "R");
  EXPECT_EQ(journaled[0].answers.size(), 2u);
  ASSERT_TRUE(journaled[0].end.has_value());
  EXPECT_EQ(journaled[0].end->end, RunEnd::kDone);
  EXPECT_EQ(journaled[0].end->measurements.apdus, 4u);
}

TEST_F(ReaderWorkerTest, RunsNothingThatCannotBeJournaled) {
  Start();
  Open();
  folder_.FailFrom(0);
  PostPart({0x82});
  const Report report = uplink_.AwaitReport();
  EXPECT_EQ(report.transcript.end, RunEnd::kNotStarted);
  EXPECT_EQ(report.trouble,
            "the packet cannot be journaled: no space left on device");
  EXPECT_TRUE(report.no_room);
  EXPECT_EQ(card_.sent(), (std::vector<std::string>{"80A40000", "80500000"}));
}

TEST_F(ReaderWorkerTest, APacketWhoseJournalFillsTheDiskGoesOnToItsEnd) {
  Start();
  Open();
  folder_.FailFrom(3);  // after creating, beginning and syncing
  PostPart({0x82, 0xE6});
  const Report report = uplink_.AwaitReport();
  EXPECT_EQ(report.transcript.end, RunEnd::kDone);
  EXPECT_EQ(report.transcript.answers.size(), 2u);
}

TEST_F(ReaderWorkerTest, ReportsAnUnknownOutcomeWhenTheCardStopsAnswering) {
  card_.VanishAfter(3);
  Start();
  Open();
  PostPart({0x82, 0xE6, 0xE8});
  const Report report = uplink_.AwaitReport();
  EXPECT_EQ(report.transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(report.transcript.answers.size(), 1u);
  EXPECT_EQ(report.trouble, "gone");
  EXPECT_EQ(card_.sent().back(), "80E60000");
}

TEST_F(ReaderWorkerTest, ACardThatCannotBeReachedIsAnsweredAsNotStarted) {
  card_.TakeAway();
  Start();
  const SendAnswer answer = Open();
  EXPECT_EQ(answer.identify.end, RunEnd::kNotStarted);
  ASSERT_TRUE(answer.challenge.has_value());
  EXPECT_EQ(answer.challenge->end, RunEnd::kNotStarted);
  EXPECT_TRUE(card_.sent().empty());
}

TEST_F(ReaderWorkerTest, DoesNotSendTheChallengeToACardThatVanished) {
  card_.VanishAfter(0);
  Start();
  EXPECT_EQ(Open().challenge->end, RunEnd::kNotStarted);
  EXPECT_EQ(card_.sent(), (std::vector<std::string>{"80A40000"}));
}

TEST_F(ReaderWorkerTest, LetsTheCardGoWhenTheServerNeverAnswers) {
  ReaderWorker::Options options;
  options.server_wait = absl::Milliseconds(1);
  Start(options);
  Open();
  card_.AwaitResets(1);
  EXPECT_EQ(card_.connections(), 0);
}

TEST_F(ReaderWorkerTest, GivesUpACardThatNeverAnswersAndSaysWhatToDo) {
  card_.FallSilentAt(0xE6);
  ReaderWorker::Options options;
  options.command_patience = kSoon;
  Start(options);
  Open();
  PostPart({0x82, 0xE6, 0xE8});
  const Report report = uplink_.AwaitReport();
  EXPECT_EQ(report.transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(report.transcript.answers.size(), 1u);
  EXPECT_EQ(uplink_.AwaitTrouble(),
            "the card has not answered in time and was given up; take it out "
            "of the reader");
  EXPECT_FALSE(worker_->IsIdle());
  card_.Answer();
  card_.AwaitConnections(0);
  EXPECT_EQ(card_.sent().back(), "80E60000");
}

TEST_F(ReaderWorkerTest, ServesTheNextCardWhenTheSilentOneIsOut) {
  card_.FallSilentAt(0x50);
  ReaderWorker::Options options;
  options.command_patience = kSoon;
  Start(options);
  Open();
  uplink_.AwaitTrouble();
  worker_->Post(CardRemoved{});
  card_.Answer();
  card_.AwaitConnections(0);
  worker_->Post(
      OpeningReceived{{"O2", Commands({0xA4}), Commands({0x51}), true}});
  while (!worker_->IsIdle()) std::this_thread::yield();
  worker_->Post(CardArrived{});
  const SendAnswer answer = uplink_.AwaitAnswer(2);
  EXPECT_EQ(answer.opening_id, "O2");
  EXPECT_EQ(answer.challenge->end, RunEnd::kDone);
  EXPECT_EQ(uplink_.AwaitTrouble(2), "");
}

TEST_F(ReaderWorkerTest, LeavesInTimeWhileACardDoesNotAnswer) {
  card_.FallSilentAt(0xE6);
  Start();
  Open();
  PostPart({0x82, 0xE6});
  card_.AwaitBlocked(1);
  worker_->Finish(absl::ZeroDuration());
  const Report report = uplink_.AwaitReport();
  EXPECT_EQ(report.transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(report.transcript.answers.size(), 1u);
  worker_ = nullptr;
  card_.Answer();
  card_.AwaitConnections(0);
}

}  // namespace
}  // namespace cardferry::agent
