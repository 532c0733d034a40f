#include "agent/outbox.h"

#include <string>
#include <utility>
#include <vector>

#include "agent/testing/fake_folder.h"
#include "agent/testing/fake_uplink.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using absl::StatusCode;
using card::RunEnd;

Report MakeReport(const std::string& packet_id, size_t answers = 2,
                  RunEnd end = RunEnd::kDone) {
  Report report;
  report.packet_id = packet_id;
  report.transcript.answers.resize(answers);
  report.transcript.end = end;
  return report;
}

// "P1:2 P2:0": the reports in the order in which they went up.
std::string Text(const std::vector<Report>& reports) {
  std::string text;
  for (const Report& report : reports) {
    text += (text.empty() ? "" : " ") + report.packet_id + ":" +
            std::to_string(report.transcript.answers.size());
  }
  return text;
}

class OutboxTest : public testing::Test {
 protected:
  void Run(const std::string& packet_id) {
    ASSERT_OK_AND_ASSIGN(auto record, outbox_.Begin(packet_id, "R", 2));
    const Report report = MakeReport(packet_id);
    for (const card::ResponseApdu& answer : report.transcript.answers) {
      ASSERT_OK(record->AddAnswer(answer));
    }
    outbox_.Add(report, std::move(record));
  }
  size_t files() { return folder_.List()->size(); }

  FakeFolder folder_;
  PacketJournal journal_{folder_};
  FakeUplink uplink_;
  Outbox outbox_{journal_, uplink_};
};

TEST_F(OutboxTest, SendsAReportUntilItIsAcknowledged) {
  Run("P1");
  EXPECT_EQ(Text(uplink_.reports()), "P1:2");
  outbox_.SendAll();
  EXPECT_EQ(Text(uplink_.reports()), "P1:2 P1:2");
  outbox_.Acknowledge("P0");
  outbox_.Acknowledge("");
  EXPECT_EQ(files(), 1u);
  outbox_.Acknowledge("P1");
  EXPECT_EQ(files(), 0u);
  outbox_.SendAll();
  EXPECT_EQ(Text(uplink_.reports()), "P1:2 P1:2");
}

TEST_F(OutboxTest, KeepsTheReportsOfSeveralReadersApart) {
  Run("P1");
  Run("P2");
  outbox_.Acknowledge("P1");
  outbox_.SendAll();
  EXPECT_EQ(Text(uplink_.reports()), "P1:2 P2:2 P2:2");
}

TEST_F(OutboxTest, APacketIsBegunOnceEvenWhenItsReportIsAcknowledged) {
  ASSERT_OK_AND_ASSIGN(auto record, outbox_.Begin("P1", "R", 2));
  EXPECT_THAT(outbox_.Begin("P1", "S", 2),
              StatusIs(StatusCode::kAlreadyExists));
  outbox_.Add(MakeReport("P1"), std::move(record));
  EXPECT_THAT(outbox_.Begin("P1", "R", 2),
              StatusIs(StatusCode::kAlreadyExists));
  outbox_.Acknowledge("P1");
  EXPECT_THAT(outbox_.Begin("P1", "R", 2),
              StatusIs(StatusCode::kAlreadyExists));
}

TEST_F(OutboxTest, ARefusalNeverStandsForAPacketThatWasRun) {
  const Report refusal = MakeReport("P1", 0, RunEnd::kNotStarted);
  ASSERT_OK_AND_ASSIGN(auto record, outbox_.Begin("P1", "R", 2));
  outbox_.Add(refusal, nullptr);
  EXPECT_EQ(Text(uplink_.reports()), "");
  outbox_.Add(MakeReport("P1"), std::move(record));
  outbox_.Add(refusal, nullptr);
  EXPECT_EQ(Text(uplink_.reports()), "P1:2 P1:2");
  outbox_.Acknowledge("P1");
  outbox_.Add(refusal, nullptr);
  EXPECT_EQ(Text(uplink_.reports()), "P1:2 P1:2");
}

TEST_F(OutboxTest, ARefusalIsSentAgainToo) {
  outbox_.Add(MakeReport("P1", 0, RunEnd::kNotStarted), nullptr);
  outbox_.SendAll();
  EXPECT_EQ(Text(uplink_.reports()), "P1:0 P1:0");
  outbox_.Acknowledge("P1");
  outbox_.SendAll();
  EXPECT_EQ(uplink_.reports().size(), 2u);
  EXPECT_EQ(folder_.calls(), 0);
}

TEST_F(OutboxTest, AFullDiskRefusesThePacketAndForgetsIt) {
  folder_.FailFrom(0);
  EXPECT_THAT(outbox_.Begin("P1", "R", 2),
              StatusIs(StatusCode::kResourceExhausted,
                       "the packet cannot be journaled: no space left on "
                       "device"));
  folder_.Recover();
  EXPECT_OK(outbox_.Begin("P1", "R", 2));
}

TEST_F(OutboxTest, AReportThatCannotBeWrittenIsSentAndKeptInMemory) {
  ASSERT_OK_AND_ASSIGN(auto record, outbox_.Begin("P1", "R", 2));
  folder_.FailFrom(folder_.calls());
  outbox_.Add(MakeReport("P1"), std::move(record));
  outbox_.SendAll();
  EXPECT_EQ(Text(uplink_.reports()), "P1:2 P1:2");
}

TEST_F(OutboxTest, TakesUpWhatAnEarlierProcessLeft) {
  Run("P1");
  ASSERT_OK_AND_ASSIGN(const auto record, outbox_.Begin("P2", "R", 2));
  ASSERT_OK(record->AddAnswer({{0xAA}, card::kSuccess}));

  FakeUplink uplink;
  PacketJournal journal(folder_);
  Outbox next(journal, uplink);
  next.Recover();
  EXPECT_TRUE(uplink.reports().empty());
  next.SendAll();
  const std::vector<Report> reports = uplink.reports();
  ASSERT_EQ(Text(reports), "P1:2 P2:1");
  EXPECT_EQ(reports[0].transcript.end, RunEnd::kDone);
  EXPECT_EQ(reports[1].transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(reports[1].trouble,
            "The agent's process ended while it ran the packet.");
  EXPECT_EQ(reports[1].measurements.apdus, 1u);
  EXPECT_THAT(next.Begin("P2", "R", 2), StatusIs(StatusCode::kAlreadyExists));
  next.Acknowledge("P1");
  next.Acknowledge("P2");
  EXPECT_EQ(files(), 0u);
}

TEST_F(OutboxTest, BeginsNothingMoreWhenNobodyAcknowledges) {
  for (size_t i = 0; i < Outbox::kMostReports; ++i) {
    Run("P" + std::to_string(i));
  }
  EXPECT_THAT(outbox_.Begin("Q", "R", 2),
              StatusIs(StatusCode::kResourceExhausted,
                       "64 reports wait for the server to acknowledge them"));
  outbox_.Acknowledge("P7");
  EXPECT_OK(outbox_.Begin("Q", "R", 2));
}

TEST_F(OutboxTest, RefusalsAloneDoNotFillTheMemory) {
  for (size_t i = 0; i < Outbox::kMostReports + 10; ++i) {
    outbox_.Add(MakeReport("P" + std::to_string(i), 0, RunEnd::kNotStarted),
                nullptr);
  }
  EXPECT_EQ(uplink_.reports().size(), Outbox::kMostReports + 10);
  outbox_.SendAll();
  EXPECT_EQ(uplink_.reports().size(), 2 * Outbox::kMostReports + 10);
}

TEST_F(OutboxTest, ACardThatSaysTooMuchDoesNotHoldUpItsReport) {
  ASSERT_OK_AND_ASSIGN(auto record, outbox_.Begin("P1", "R", 20));
  Report endless = MakeReport("P1", 20);
  for (card::ResponseApdu& answer : endless.transcript.answers) {
    answer.data.resize(65536);
    ASSERT_OK(record->AddAnswer(answer));
  }
  outbox_.Add(endless, std::move(record));
  const Report sent = uplink_.AwaitReport();
  EXPECT_EQ(sent.transcript.answers.size(), 11u);
  EXPECT_EQ(sent.transcript.end, RunEnd::kUnknown);
  EXPECT_LT(card::EncodeTranscript(sent.transcript).size(), size_t{1} << 20);

  FakeUplink uplink;
  Outbox next(journal_, uplink);
  next.Recover();
  next.SendAll();
  EXPECT_EQ(uplink.AwaitReport().transcript, sent.transcript);
}

TEST_F(OutboxTest, AWholeBundleOfFullAnswersIsReported) {
  Report full = MakeReport("P1", card::kMaxScriptCommands);
  for (card::ResponseApdu& answer : full.transcript.answers) {
    answer.data.resize(256);
  }
  ASSERT_OK_AND_ASSIGN(auto record, outbox_.Begin("P1", "R", 1024));
  outbox_.Add(full, std::move(record));
  EXPECT_EQ(uplink_.AwaitReport().transcript, full.transcript);
}

}  // namespace
}  // namespace cardferry::agent
