#include "agent/agent_config.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/config.h"

namespace cardferry::agent {
namespace {

constexpr char kTls[] =
    "tls { certificate: 'a.pem' private_key: 'a.key' ca: 'ca.pem' } ";

absl::StatusOr<AgentConfig> Parse(const std::string& text,
                                  const std::string& state_directory = "") {
  config::v1::AgentConfig proto;
  RETURN_IF_ERROR(rpc::ParseTextproto(text, "test", proto));
  return ParseAgentConfig(proto, state_directory);
}

std::string Valid(const std::string& more) {
  return std::string("gateway: 'host:7443' ") + kTls + more;
}

TEST(AgentConfigTest, ReadsAWholeConfiguration) {
  ASSERT_OK_AND_ASSIGN(
      const AgentConfig config,
      Parse(Valid("readers: 'R *' ignore_readers: '*SAM*' journal: '/j' "
                  "command_seconds: 5 stop_seconds: 7")));
  EXPECT_EQ(config.gateway, "host:7443");
  EXPECT_EQ(config.tls.certificate, "a.pem");
  EXPECT_EQ(config.readers.serve, (std::vector<std::string>{"R *"}));
  EXPECT_EQ(config.readers.ignore, (std::vector<std::string>{"*SAM*"}));
  EXPECT_EQ(config.journal, "/j");
  EXPECT_EQ(config.command_patience, absl::Seconds(5));
  EXPECT_EQ(config.stop_patience, absl::Seconds(7));
}

TEST(AgentConfigTest, WithoutMoreServesAllReadersWithTheUsualTimes) {
  ASSERT_OK_AND_ASSIGN(const AgentConfig config, Parse(Valid("")));
  EXPECT_TRUE(config.readers.serve.empty());
  EXPECT_TRUE(config.readers.ignore.empty());
  EXPECT_EQ(config.journal, "/var/lib/cardferry-agent/journal");
  EXPECT_EQ(config.command_patience, absl::Seconds(60));
  EXPECT_EQ(config.stop_patience, absl::Seconds(20));
}

TEST(AgentConfigTest, JournalsInTheStateDirectoryThatSystemdGives) {
  ASSERT_OK_AND_ASSIGN(const AgentConfig config, Parse(Valid(""), "/state"));
  EXPECT_EQ(config.journal, "/state/journal");
  ASSERT_OK_AND_ASSIGN(const AgentConfig own,
                       Parse(Valid("journal: '/own'"), "/state"));
  EXPECT_EQ(own.journal, "/own");
}

TEST(AgentConfigTest, StoredPacketsLieBesideTheJournalAndNotInIt) {
  for (const char* journal : {"/own/j", "/own/j/", "/own/j//"}) {
    ASSERT_OK_AND_ASSIGN(
        const AgentConfig config,
        Parse(Valid(absl::StrCat("journal: '", journal, "'"))));
    EXPECT_EQ(config.journal, "/own/j") << journal;
    EXPECT_EQ(config.stored, "/own/j-stored") << journal;
    EXPECT_EQ(config.stored_key, "/own/j-stored/seal.key") << journal;
  }
}

TEST(AgentConfigTest, RefusesAJournalWithoutAWholePath) {
  EXPECT_THAT(Parse(Valid("journal: 'j'")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "journal: \"j\" is not a whole path, from / on"));
}

TEST(AgentConfigTest, RefusesTimesThatMakeNoSense) {
  EXPECT_THAT(Parse(Valid("command_seconds: 3601")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "command_seconds: 3601 is more than 3600"));
  EXPECT_THAT(Parse(Valid("stop_seconds: 3601")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "stop_seconds: 3601 is more than 3600"));
}

TEST(AgentConfigTest, RefusesAnEmptyPattern) {
  EXPECT_THAT(Parse(Valid("ignore_readers: ''")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "ignore_readers: \"\" is empty or named twice"));
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
