#include "agent/reader_worker.h"

#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using card::RunEnd;

// A card that answers 9000 to everything and keeps what it was sent; gone after
// `answers_left` commands. Not a card: it checks nothing.
struct FakeCard {
  absl::Mutex mutex;
  std::vector<std::string> sent ABSL_GUARDED_BY(mutex);
  int answers_left ABSL_GUARDED_BY(mutex) = 1000;
  int connections ABSL_GUARDED_BY(mutex) = 0;
  int resets ABSL_GUARDED_BY(mutex) = 0;
  bool present ABSL_GUARDED_BY(mutex) = true;
};

class FakeConnection final : public CardConnection {
 public:
  explicit FakeConnection(FakeCard& card) : card_(card) {
    absl::MutexLock lock(&card_.mutex);
    ++card_.connections;
  }
  ~FakeConnection() override {
    absl::MutexLock lock(&card_.mutex);
    --card_.connections;
    if (reset_) ++card_.resets;
  }
  absl::StatusOr<card::ResponseApdu> Transmit(
      const card::CommandApdu& command) override {
    absl::MutexLock lock(&card_.mutex);
    card_.sent.push_back(ToHex(command.Encode()));
    if (card_.answers_left-- <= 0) return absl::UnavailableError("gone");
    return card::ResponseApdu{{}, card::kSuccess};
  }
  void ResetAtEnd() override { reset_ = true; }

 private:
  FakeCard& card_;
  bool reset_ = false;
};

class FakeSlot final : public CardSlot {
 public:
  explicit FakeSlot(FakeCard& card) : card_(card) {}
  absl::StatusOr<std::unique_ptr<CardConnection>> Connect() override {
    {
      absl::MutexLock lock(&card_.mutex);
      if (!card_.present) return absl::UnavailableError("no card");
    }
    return std::make_unique<FakeConnection>(card_);
  }

 private:
  FakeCard& card_;
};

// Keeps what was sent up. Not a server: it answers nothing.
class FakeUplink final : public Uplink {
 public:
  void Send(const std::string&, const SendAnswer& answer) override {
    absl::MutexLock lock(&mutex_);
    answers_.push_back(answer);
  }
  void Send(const std::string&, const SendReport& report,
            const Measurements& measurements) override {
    absl::MutexLock lock(&mutex_);
    reports_.push_back(report);
    measurements_ = measurements;
  }
  void Send(const Progress& progress) override {
    absl::MutexLock lock(&mutex_);
    progress_.push_back(progress);
  }
  void SendReaderState(const std::string&, bool, ByteSpan) override {}

  SendAnswer AwaitAnswer() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](std::vector<SendAnswer>* a) { return !a->empty(); }, &answers_));
    return answers_.back();
  }
  SendReport AwaitReport() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](std::vector<SendReport>* r) { return !r->empty(); }, &reports_));
    return reports_.back();
  }
  Measurements measurements() {
    absl::MutexLock lock(&mutex_);
    return measurements_;
  }
  std::vector<Progress> progress() {
    absl::MutexLock lock(&mutex_);
    return progress_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<SendAnswer> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<SendReport> reports_ ABSL_GUARDED_BY(mutex_);
  std::vector<Progress> progress_ ABSL_GUARDED_BY(mutex_);
  Measurements measurements_ ABSL_GUARDED_BY(mutex_);
};

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

class ReaderWorkerTest : public testing::Test {
 protected:
  ReaderWorkerTest() : worker_("R", slot_, uplink_, ReaderWorker::Options()) {}

  Opening MakeOpening() {
    return {"O1", Commands({0xA4}), Commands({0x50}), true};
  }

  std::vector<std::string> Sent() {
    absl::MutexLock lock(&card_.mutex);
    return card_.sent;
  }

  FakeCard card_;
  FakeSlot slot_{card_};
  FakeUplink uplink_;
  ReaderWorker worker_;
};

TEST_F(ReaderWorkerTest, CarriesAPacketToTheCardWithOneWaitForTheServer) {
  worker_.Post(OpeningReceived{MakeOpening()});
  worker_.Post(CardArrived{});
  const SendAnswer answer = uplink_.AwaitAnswer();
  EXPECT_EQ(answer.opening_id, "O1");
  EXPECT_EQ(answer.identify.answers.size(), 1u);
  ASSERT_TRUE(answer.challenge.has_value());
  EXPECT_EQ(answer.challenge->end, RunEnd::kDone);

  worker_.Post(PartReceived{{"P1", "O1", Commands({0x82, 0xE6}), true, 2}});
  const SendReport report = uplink_.AwaitReport();
  EXPECT_EQ(report.packet_id, "P1");
  EXPECT_EQ(report.transcript.end, RunEnd::kDone);
  EXPECT_EQ(report.transcript.answers.size(), 2u);
  EXPECT_EQ(Sent(), (std::vector<std::string>{"80A40000", "80500000",
                                              "80820000", "80E60000"}));
  EXPECT_EQ(uplink_.measurements().round_trips, 1u);
  EXPECT_EQ(uplink_.measurements().apdus, 4u);
  EXPECT_EQ(uplink_.measurements().bytes, 4u * 6u);
  EXPECT_EQ(uplink_.progress().back().done, 2u);
  EXPECT_EQ(uplink_.progress().back().total, 2u);
}

TEST_F(ReaderWorkerTest, APacketThatIsThereAtOnceStillTookARoundTrip) {
  worker_.Post(OpeningReceived{MakeOpening()});
  worker_.Post(CardArrived{});
  worker_.Post(PartReceived{{"P1", "O1", Commands({0x82}), true, 1}});
  uplink_.AwaitReport();
  EXPECT_EQ(uplink_.measurements().round_trips, 1u);
}

TEST_F(ReaderWorkerTest, ResetsTheCardAfterASessionAndLetsItGo) {
  worker_.Post(OpeningReceived{MakeOpening()});
  worker_.Post(CardArrived{});
  uplink_.AwaitAnswer();
  worker_.Post(PartReceived{{"P1", "O1", Commands({0x82}), true, 1}});
  uplink_.AwaitReport();
  worker_.Finish();
  absl::MutexLock lock(&card_.mutex);
  EXPECT_EQ(card_.connections, 0);
  EXPECT_EQ(card_.resets, 1);
}

TEST_F(ReaderWorkerTest, ReportsAnUnknownOutcomeWhenTheCardStopsAnswering) {
  {
    absl::MutexLock lock(&card_.mutex);
    card_.answers_left = 3;
  }
  worker_.Post(OpeningReceived{MakeOpening()});
  worker_.Post(CardArrived{});
  uplink_.AwaitAnswer();
  worker_.Post(
      PartReceived{{"P1", "O1", Commands({0x82, 0xE6, 0xE8}), true, 3}});
  const SendReport report = uplink_.AwaitReport();
  EXPECT_EQ(report.transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(report.transcript.answers.size(), 1u);
  EXPECT_EQ(Sent().back(), "80E60000");
}

TEST_F(ReaderWorkerTest, ACardThatCannotBeReachedIsAnsweredAsNotStarted) {
  {
    absl::MutexLock lock(&card_.mutex);
    card_.present = false;
  }
  worker_.Post(OpeningReceived{MakeOpening()});
  worker_.Post(CardArrived{});
  const SendAnswer answer = uplink_.AwaitAnswer();
  EXPECT_EQ(answer.identify.end, RunEnd::kNotStarted);
  ASSERT_TRUE(answer.challenge.has_value());
  EXPECT_EQ(answer.challenge->end, RunEnd::kNotStarted);
  EXPECT_TRUE(Sent().empty());
}

TEST_F(ReaderWorkerTest, DoesNotSendTheChallengeToACardThatVanished) {
  {
    absl::MutexLock lock(&card_.mutex);
    card_.answers_left = 0;
  }
  worker_.Post(OpeningReceived{MakeOpening()});
  worker_.Post(CardArrived{});
  EXPECT_EQ(uplink_.AwaitAnswer().challenge->end, RunEnd::kNotStarted);
  EXPECT_EQ(Sent(), (std::vector<std::string>{"80A40000"}));
}

TEST(ReaderWorkerTimeoutTest, LetsTheCardGoWhenTheServerNeverAnswers) {
  FakeCard card;
  FakeSlot slot(card);
  FakeUplink uplink;
  ReaderWorker::Options options;
  options.server_wait = absl::Milliseconds(1);
  ReaderWorker worker("R", slot, uplink, options);
  worker.Post(
      OpeningReceived{{"O1", Commands({0xA4}), Commands({0x50}), true}});
  worker.Post(CardArrived{});
  absl::MutexLock lock(&card.mutex);
  card.mutex.Await(absl::Condition(
      +[](FakeCard* c)
           ABSL_NO_THREAD_SAFETY_ANALYSIS { return c->resets == 1; },
      &card));
  EXPECT_EQ(card.connections, 0);
}

}  // namespace
}  // namespace cardferry::agent
