// Reports that come while the database does not answer.
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/session/agent_hub.h"
#include "services/orchestrator/session/agent_session.h"
#include "services/orchestrator/session/testing/session_fixture.h"
#include "services/orchestrator/work/testing/manual_executor.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Not;

class ReportRoutingTest : public SessionFixture {
 protected:
  ReportRoutingTest() { Connect(); }
  // What waits holds its session, and the session what waits.
  ~ReportRoutingTest() override { executor_.RunAll(); }

  // A new connection: what the one before knew of packets is gone.
  void Connect() {
    link_ = std::make_shared<RecordingLink>();
    session_ = hub_.Connect("kiosk-7", link_);
    Say(HelloMessage{"test", {{"Reader 0", true}}});
  }
  void Say(FromAgent message) {
    session_->OnMessage(std::move(message));
    executor_.RunAll();
  }
  void Report(const std::string& packet) {
    PacketReport report;
    report.packet_id = packet;
    report.transcript = {1};
    Say(report);
  }

  ManualExecutor executor_;
  AgentHub hub_{context_, executor_};
  std::shared_ptr<RecordingLink> link_;
  std::shared_ptr<AgentSession> session_;
};

// The agent deletes what is acknowledged, by whatever verdict.
TEST_F(ReportRoutingTest, AReportThatCannotBeLookedUpIsNotAcknowledged) {
  const std::string job = AddJob({"", "", "issuer/A"});
  Connect();
  Say(AnsweredMessage{"Reader 0",
                      {link_->last_opening(),
                       {{1}, {'i', 's', 's', 'u', 'e', 'r', '/', 'A'}},
                       clock_.Now()}});
  const std::string packet = link_->last_packet();
  ASSERT_EQ(GetJob(job).state, JobState::kRunning);
  Connect();
  link_->Take();
  ASSERT_OK(db_.database().Execute("ALTER TABLE packets RENAME TO away"));
  Say(Progressed{packet, 1, 3, "LOAD"});
  EXPECT_FALSE(link_->closed().has_value());
  Report(packet);
  EXPECT_EQ(link_->Take(), "");
  ASSERT_TRUE(link_->closed().has_value());
  EXPECT_EQ(link_->closed()->code(), absl::StatusCode::kUnavailable);
  ASSERT_OK(db_.database().Execute("ALTER TABLE away RENAME TO packets"));
  EXPECT_THAT(Events(), AllOf(Not(Contains("report.unknown")),
                              Not(Contains("progress.foreign"))));
  Connect();
  Report(packet);
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
}

}  // namespace
}  // namespace cardferry::orchestrator
