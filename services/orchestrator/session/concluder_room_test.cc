// Agents that have no room for a packet's journal.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/session/concluder.h"
#include "services/orchestrator/session/testing/reader_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ConcluderRoomTest : public ReaderFixture {
 protected:
  // Lets the moment come at which jobs are looked for again.
  void LookAgain() {
    for (auto it = later_.rbegin(); it != later_.rend(); ++it) {
      if (!std::holds_alternative<JobArrived>(it->second)) continue;
      EXPECT_EQ(it->first, kRoomPause);
      session_->Handle(JobArrived{});
      return;
    }
    FAIL() << "nobody looks again";
  }
  // The agent says that it had no room for the packet.
  void ReportNoRoom(bool nothing_ran) {
    Conclusion conclusion = FakeSequencer::Ended(
        Outcome::kUnknown, "the card gave no answer to LOAD");
    conclusion.nothing_ran = nothing_ran;
    sequencer_.ConcludeWith(conclusion);
    PacketReport report;
    report.packet_id = link_->last_packet();
    report.trouble = "no space left on device";
    report.no_room = true;
    session_->OnReport(report);
  }
};

TEST_F(ConcluderRoomTest, AJobWaitsUntilItsAgentHasRoom) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  // As often as it takes: these are no rounds.
  for (uint32_t i = 0; i <= kMaxRounds; ++i) {
    Answer(kCard);
    link_->Take();
    ReportNoRoom(true);
    // Not at once: the card is let go.
    EXPECT_THAT(link_->Take(),
                AllOf(StartsWith("no: Agent kiosk-7 has no room for its "
                                 "journal."),
                      EndsWith("No space left on device. | opening")));
    EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
    EXPECT_EQ(GetJob(job).rounds, 0u);
    LookAgain();
    EXPECT_EQ(link_->Take(), "challenge");
  }
  EXPECT_EQ(GetJob(job).message,
            "Agent kiosk-7 has no room for its journal. Nothing was sent to "
            "the card. Make room on the agent's disk: the job then goes on by "
            "itself. The agent says: No space left on device.");
  Answer(kCard);
  Report();
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
}

TEST_F(ConcluderRoomTest, AnAgentWithoutRoomThatRanSomethingIsNotBelieved) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  link_->Take();
  ReportNoRoom(false);
  EXPECT_THAT(link_->Take(),
              StartsWith("no: The card gave no answer to LOAD. Insert"));
  EXPECT_EQ(GetJob(job).rounds, 1u);
}

TEST_F(ConcluderRoomTest, AnAgentThatNeverHasRoomEndsItsJob) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  ASSERT_OK(db_.database().Execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
      "i < :most) INSERT INTO packets (id, job, opening_id, agent, reader, "
      "card_id, profile, commands, changes, bundle_state, state, since_us, "
      "no_room) SELECT 'old' || i, 1, '', '', '', '', '', 1, 1, '', 3, 0, 1 "
      "FROM n",
      {{"most", kMaxPacketsWithoutRoom - 1}}));
  const auto round = [&] {
    Answer(kCard);
    ReportNoRoom(true);
    return GetJob(job);
  };
  EXPECT_EQ(round().rounds, 0u);
  LookAgain();
  for (uint32_t i = 1; i < kMaxRounds; ++i) {
    EXPECT_EQ(round().rounds, i);
    EXPECT_THAT(GetJob(job).message, HasSubstr("has no room"));
    LookAgain();
  }
  EXPECT_EQ(round().state, JobState::kFailed);
  EXPECT_THAT(GetJob(job).message,
              AllOf(StartsWith("Given up after 8 packets."),
                    EndsWith("No space left on device.")));
}

}  // namespace
}  // namespace cardferry::orchestrator
