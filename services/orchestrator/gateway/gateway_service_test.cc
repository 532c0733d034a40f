#include "services/orchestrator/gateway/gateway_service.h"

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/gateway/testing/fake_agent.h"
#include "services/orchestrator/testing/whole_fixture.h"

namespace cardferry::orchestrator {
namespace {

using grpc::StatusCode;

class GatewayServiceTest : public WholeFixture {};

TEST_F(GatewayServiceTest, RefusesWhoHasNoName) {
  grpc::ClientContext context;
  const auto stub = agent::v1::AgentGateway::NewStub(channel_);
  const auto stream = stub->Connect(&context);
  agent::v1::GatewayMessage message;
  EXPECT_FALSE(stream->Read(&message));
  EXPECT_EQ(stream->Finish().error_code(), StatusCode::UNAUTHENTICATED);
}

TEST_F(GatewayServiceTest, TheNameOnATransportWithoutTlsIsNobodys) {
  grpc::ServerContext context;
  EXPECT_FALSE(GatewayService::FromPeer(context).ok());
}

TEST_F(GatewayServiceTest, EndsInGoodOrderWhenTheAgentHangsUp) {
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({"Reader 0"});
  agent.ReadOpening();
  EXPECT_TRUE(agent.HangUp().ok());
}

TEST_F(GatewayServiceTest, ServesManyAgentsAtOnce) {
  std::vector<std::unique_ptr<FakeAgent>> agents;
  for (int i = 0; i < 20; ++i) {
    agents.push_back(
        std::make_unique<FakeAgent>(channel_, absl::StrCat("kiosk-", i)));
    agents.back()->Hello({"Reader 0", "Reader 1"});
  }
  for (const auto& agent : agents) {
    EXPECT_NE(agent->ReadOpening().opening_id(), "");
    EXPECT_NE(agent->ReadOpening().opening_id(), "");
  }
}

}  // namespace
}  // namespace cardferry::orchestrator
