#include "services/orchestrator/repository/agent_repository.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/journal_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;

class AgentRepositoryTest : public ::testing::Test {
 protected:
  template <typename Work>
  auto Agents(Work work) {
    return db_.Do([&](store::Transaction& tx) {
      AgentRepository agents(tx);
      return work(agents);
    });
  }
  absl::Status Saw(const std::string& name, int seconds) {
    return Agents(
        [&](AgentRepository& agents) { return agents.Saw(name, At(seconds)); });
  }
  absl::Status Add() {
    return Agents(
        [](AgentRepository& agents) { return agents.Add("kiosk-7", At(5)); });
  }
  absl::Status Revoke() {
    return Agents([](AgentRepository& agents) {
      return agents.Revoke("kiosk-7", At(6));
    });
  }
  AgentStanding Standing() {
    return Agents([](AgentRepository& agents) {
             return agents.Standing("kiosk-7");
           })
        .value();
  }
  std::vector<std::string> Events() {
    const auto list = db_.Do([](store::Transaction& tx) {
      return JournalRepository(tx).List("", 0);
    });
    std::vector<std::string> kinds;
    for (const JournalEntry& entry : list.value()) {
      kinds.push_back(entry.kind + " " + entry.agent);
    }
    return kinds;
  }

  DatabaseFixture db_;
};

TEST_F(AgentRepositoryTest, RemembersWhenEachAgentWasLastHere) {
  ASSERT_OK(Saw("kiosk-7", 1));
  ASSERT_OK(Saw("kiosk-12", 2));
  ASSERT_OK(Saw("kiosk-7", 3));
  ASSERT_OK_AND_ASSIGN(
      const std::vector<Agent> list,
      Agents([](AgentRepository& agents) { return agents.List(); }));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].name, "kiosk-12");
  EXPECT_EQ(list[0].last_seen, At(2));
  EXPECT_EQ(list[1].name, "kiosk-7");
  EXPECT_EQ(list[1].last_seen, At(3));
  EXPECT_FALSE(list[1].connected);
}

TEST_F(AgentRepositoryTest, BeingHereDoesNotLetAnAgentIn) {
  EXPECT_EQ(Standing(), AgentStanding::kUnlisted);
  ASSERT_OK(Saw("kiosk-7", 1));
  EXPECT_EQ(Standing(), AgentStanding::kUnlisted);
}

TEST_F(AgentRepositoryTest, IsAddedRevokedAndAddedAgain) {
  ASSERT_OK(Add());
  EXPECT_EQ(Standing(), AgentStanding::kAdded);
  ASSERT_OK(Saw("kiosk-7", 9));
  EXPECT_EQ(Standing(), AgentStanding::kAdded);
  ASSERT_OK(Revoke());
  EXPECT_EQ(Standing(), AgentStanding::kRevoked);
  db_.Reopen();
  EXPECT_EQ(Standing(), AgentStanding::kRevoked);
  ASSERT_OK(Add());
  EXPECT_EQ(Standing(), AgentStanding::kAdded);
  EXPECT_THAT(Events(),
              ElementsAre("agent.added kiosk-7", "agent.revoked kiosk-7",
                          "agent.added kiosk-7"));
}

TEST_F(AgentRepositoryTest, WhatIsSoAlreadyIsNoEvent) {
  ASSERT_OK(Add());
  ASSERT_OK(Add());
  ASSERT_OK(Revoke());
  ASSERT_OK(Revoke());
  EXPECT_THAT(Events(),
              ElementsAre("agent.added kiosk-7", "agent.revoked kiosk-7"));
}

TEST_F(AgentRepositoryTest, AnAgentThatWasNeverAddedNorHereIsNotFound) {
  EXPECT_THAT(Revoke(), StatusIs(StatusCode::kNotFound,
                                 "there is no agent \"kiosk-7\"; cardferry "
                                 "agent add lets one in"));
  ASSERT_OK(Add());
  ASSERT_OK_AND_ASSIGN(const Agent agent, Agents([](AgentRepository& agents) {
                         return agents.Get("kiosk-7");
                       }));
  EXPECT_EQ(agent.last_seen, absl::UnixEpoch());
}

}  // namespace
}  // namespace cardferry::orchestrator
