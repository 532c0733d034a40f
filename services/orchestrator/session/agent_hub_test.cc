#include "services/orchestrator/session/agent_hub.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/session/testing/session_fixture.h"
#include "services/orchestrator/work/testing/manual_executor.h"

namespace cardferry::orchestrator {
namespace {

// Lets something happen as soon as the first task is posted, as another thread
// may.
class InterruptedExecutor final : public Executor {
 public:
  void WhenPosted(Task then) { then_ = std::move(then); }

  void Post(Task task) override {
    waiting_.Post(std::move(task));
    if (then_ == nullptr) return;
    const Task then = std::exchange(then_, nullptr);
    then();
  }
  void PostAfter(absl::Duration delay, Task task) override {
    waiting_.PostAfter(delay, std::move(task));
  }
  void RunAll() { waiting_.RunAll(); }

 private:
  ManualExecutor waiting_;
  Task then_;
};

class AgentHubTest : public SessionFixture {};

TEST_F(AgentHubTest, FindsAConnectionToRevokeAsSoonAsItIsJudged) {
  InterruptedExecutor executor;
  AgentHub hub(context_, executor);
  executor.WhenPosted([&hub] { hub.Revoke("kiosk-7"); });
  const auto link = std::make_shared<RecordingLink>();
  const std::shared_ptr<AgentSession> session = hub.Connect("kiosk-7", link);
  ASSERT_TRUE(link->closed().has_value());
  EXPECT_EQ(link->closed()->code(), absl::StatusCode::kPermissionDenied);
  executor.RunAll();
}

TEST_F(AgentHubTest,
       AnAgentThatConnectsAnewWritesNoMoreEventsThanOneThatStays) {
  ManualExecutor executor;
  AgentHub hub(context_, executor);
  for (int connection = 0; connection < 4; ++connection) {
    const auto session =
        hub.Connect("kiosk-7", std::make_shared<RecordingLink>());
    session->OnMessage(HelloMessage{"test", {{"Reader 0", false}}});
    executor.RunAll();
    for (int i = 0; i < 100; ++i) {
      session->OnMessage(ReaderChangedMessage{{"Reader 0", i % 2 == 0}});
      executor.RunAll();
    }
    hub.Disconnect(session);
    executor.RunAll();
  }
  EXPECT_THAT(Events(), ::testing::SizeIs(JournalQueue::kBurst));
}

}  // namespace
}  // namespace cardferry::orchestrator
