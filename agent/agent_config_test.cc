#include "agent/agent_config.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/config.h"

namespace cardferry::agent {
namespace {

constexpr char kTls[] =
    "tls { certificate: 'a.pem' private_key: 'a.key' ca: 'ca.pem' } ";

absl::StatusOr<AgentConfig> Parse(const std::string& text) {
  config::v1::AgentConfig proto;
  RETURN_IF_ERROR(rpc::ParseTextproto(text, "test", proto));
  return ParseAgentConfig(proto);
}

TEST(AgentConfigTest, ReadsAWholeConfiguration) {
  ASSERT_OK_AND_ASSIGN(
      const AgentConfig config,
      Parse(std::string("gateway: 'host:7443' readers: 'R 1' ") + kTls));
  EXPECT_EQ(config.gateway, "host:7443");
  EXPECT_EQ(config.readers, (std::vector<std::string>{"R 1"}));
  EXPECT_EQ(config.tls.certificate, "a.pem");
}

TEST(AgentConfigTest, RefusesAGatewayWithoutAPort) {
  EXPECT_THAT(Parse(std::string("gateway: 'host' ") + kTls),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "gateway: want \"host:port\" of the orchestrator"));
}

TEST(AgentConfigTest, RefusesAReaderNamedTwice) {
  EXPECT_THAT(
      Parse(std::string("gateway: 'h:1' readers: 'R' readers: 'R' ") + kTls),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "readers: \"R\" is empty or named twice"));
}

TEST(AgentConfigTest, RefusesMissingTlsFiles) {
  EXPECT_THAT(Parse("gateway: 'h:1'"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::agent
