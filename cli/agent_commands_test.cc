#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::StartsWith;

class AgentCommandsTest : public RunFixture {};

TEST_F(AgentCommandsTest, ListsAgents) {
  EXPECT_EQ(Run({"agent", "list"}), kOk);
  EXPECT_EQ(out(), "No agent has connected yet.\n");
  fake_.agents.resize(1);
  EXPECT_EQ(Run({"agent", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("AGENT"));
}

}  // namespace
}  // namespace cardferry::cli
