#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class AgentCommandsTest : public RunFixture {
 protected:
  void SetUp() override {
    fake_.agents = {Sample<orchestrator::v1::Agent>(
        "name: 'kiosk-7' connected: true readers { name: 'Reader 0' }")};
  }
};

TEST_F(AgentCommandsTest, ListsAgentsAndSaysHowToAddTheFirst) {
  EXPECT_EQ(Run({"agent", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("AGENT"));
  fake_.agents.clear();
  EXPECT_EQ(Run({"agent", "list"}), kOk);
  EXPECT_THAT(out(), HasSubstr("cardferry agent add NAME"));
}

TEST_F(AgentCommandsTest, ShowsOneAgent) {
  EXPECT_EQ(Run({"agent", "show", "kiosk-7"}), kOk);
  EXPECT_THAT(out(), StartsWith("agent        kiosk-7\n"));
  EXPECT_EQ(Run({"agent", "show", "kiosk-8"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("there is no agent \"kiosk-8\""));
}

TEST_F(AgentCommandsTest, AddsAnAgentAndSaysWhichCertificateItNeeds) {
  EXPECT_EQ(Run({"agent", "add", "kiosk-9"}), kOk);
  EXPECT_EQ(fake_.added_agent, "kiosk-9");
  EXPECT_EQ(out(),
            "Agent kiosk-9 is added. It is served when it connects with the "
            "certificate of spiffe://cardferry/agent/kiosk-9\n");
}

TEST_F(AgentCommandsTest, RevokesAnAgentAndSaysHowToTakeThatBack) {
  EXPECT_EQ(Run({"agent", "revoke", "kiosk-9"}), kOk);
  EXPECT_EQ(fake_.revoked_agent, "kiosk-9");
  EXPECT_EQ(out(),
            "Agent kiosk-9 is revoked and its connection ended. To serve it "
            "again: cardferry agent add kiosk-9\n");
}

TEST_F(AgentCommandsTest, ListsTheReadersOfAllAgents) {
  EXPECT_EQ(Run({"reader", "list"}), kOk);
  EXPECT_EQ(out(), "AGENT    READER    CARD\nkiosk-7  Reader 0  none\n");
}

}  // namespace
}  // namespace cardferry::cli
