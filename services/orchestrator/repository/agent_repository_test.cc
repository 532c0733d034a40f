#include "services/orchestrator/repository/agent_repository.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

TEST(AgentRepository, RemembersWhenEachAgentWasLastHere) {
  DatabaseFixture db;
  const auto list =
      db.Do([](store::Transaction& tx) -> absl::StatusOr<std::vector<Agent>> {
        AgentRepository agents(tx);
        for (const auto& [name, at] : {std::pair("kiosk-7", At(1)),
                                       {"kiosk-12", At(2)},
                                       {"kiosk-7", At(3)}}) {
          const absl::Status saw = agents.Saw(name, at);
          if (!saw.ok()) return saw;
        }
        return agents.List();
      });
  ASSERT_OK(list);
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0].name, "kiosk-12");
  EXPECT_EQ((*list)[0].last_seen, At(2));
  EXPECT_EQ((*list)[1].name, "kiosk-7");
  EXPECT_EQ((*list)[1].last_seen, At(3));
  EXPECT_FALSE((*list)[1].connected);
}

}  // namespace
}  // namespace cardferry::orchestrator
