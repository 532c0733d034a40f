#include "services/orchestrator/access_rules.h"

#include <memory>

#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/fake_clock.h"
#include "lib/rpc/authorization_table.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/server.h"
#include "lib/rpc/testing/test_pki.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.grpc.pb.h"
#include "services/orchestrator/gateway/testing/fake_agent.h"
#include "services/orchestrator/job_data/testing/test_box.h"
#include "services/orchestrator/orchestrator.h"
#include "services/orchestrator/repository/testing/database_fixture.h"
#include "services/orchestrator/sequencing/testing/fake_sequencer.h"

namespace cardferry::orchestrator {
namespace {

using rpc::Role;

TEST(AccessRules, OnlyOperatorsChangeOnlyAgentsConnectAuditorsLook) {
  ASSERT_OK_AND_ASSIGN(const auto table,
                       rpc::AuthorizationTable::Create(AccessRules()));
  const auto allowed = [&table](Role role) {
    std::string calls;
    for (const rpc::AuthorizationTable::Row& row : AccessRules()) {
      if (!table.Check(row.method, {role, "x"}).ok()) continue;
      calls += row.method.substr(row.method.rfind('/') + 1) + " ";
    }
    return calls;
  };
  EXPECT_EQ(allowed(Role::kAgent), "Connect ");
  EXPECT_EQ(allowed(Role::kAuditor),
            "ListApplications GetJob ListJobs WatchJob GetCard ListCards "
            "ListReceipts "
            "ListAgents ListProfiles ListEvents WatchEvents ");
  EXPECT_EQ(
      allowed(Role::kOperator),
      "AddApplication ListApplications AddJob PlanJob GetJob ListJobs "
      "WatchJob PrepareJob CancelJob GetCard ListCards ListReceipts ResumeCard "
      "ListAgents AddAgent "
      "RevokeAgent ListProfiles ListEvents WatchEvents Check Watch "
      "ServerReflectionInfo ");
  EXPECT_EQ(allowed(Role::kSequencer), "");
  EXPECT_EQ(allowed(Role::kKeyvault), "");
  EXPECT_EQ(allowed(Role::kOrchestrator), "");
}

// The real server and real certificates: it starts only when the table fits
// the services.
class OverTlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Orchestrator::Parts parts{db_.database(), sequencer_, clock_,
                              random_,        TestBox(),  2};
    parts.admit_unlisted_agents = true;
    ASSERT_OK_AND_ASSIGN(whole_, Orchestrator::Create(parts));
    rpc::ServerOptions options;
    options.listen_address = "127.0.0.1:0";
    options.tls = pki_.Issue(Role::kOrchestrator, "orchestrator");
    options.authorization = AccessRules();
    options.services = {&whole_->gateway(), &whole_->operators()};
    options.on_drain = [this] { whole_->Drain(); };
    ASSERT_OK_AND_ASSIGN(server_, rpc::Server::Start(std::move(options)));
  }
  std::shared_ptr<grpc::Channel> ChannelOf(Role role, const char* name) {
    auto channel =
        rpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                           pki_.Issue(role, name), Role::kOrchestrator);
    EXPECT_OK(channel);
    return *std::move(channel);
  }
  grpc::StatusCode AddJobAs(Role role) {
    grpc::ClientContext context;
    v1::Job job;
    return v1::Orchestrator::NewStub(ChannelOf(role, "somebody"))
        ->AddJob(&context, v1::AddJobRequest(), &job)
        .error_code();
  }

  DatabaseFixture db_;
  FakeSequencer sequencer_;
  FakeClock clock_;
  SystemRandom random_;
  rpc::TestPki pki_;
  std::unique_ptr<Orchestrator> whole_;
  std::unique_ptr<rpc::Server> server_;
};

TEST_F(OverTlsTest, AnAgentIsWhoItsCertificateSays) {
  FakeAgent agent(ChannelOf(Role::kAgent, "kiosk-7"), "somebody-else");
  agent.Hello({"Reader 0"});
  EXPECT_EQ(agent.ReadOpening().reader(), "Reader 0");
  grpc::ClientContext context;
  v1::ListAgentsResponse agents;
  ASSERT_TRUE(v1::Orchestrator::NewStub(ChannelOf(Role::kAuditor, "eve"))
                  ->ListAgents(&context, v1::ListAgentsRequest(), &agents)
                  .ok());
  ASSERT_EQ(agents.agents_size(), 1);
  EXPECT_EQ(agents.agents(0).name(), "kiosk-7");
  EXPECT_TRUE(agents.agents(0).connected());
}

TEST_F(OverTlsTest, RolesAreChecked) {
  EXPECT_EQ(AddJobAs(Role::kOperator), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(AddJobAs(Role::kAuditor), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(AddJobAs(Role::kAgent), grpc::StatusCode::PERMISSION_DENIED);
  FakeAgent person(ChannelOf(Role::kOperator, "me"), "kiosk-7");
  EXPECT_EQ(person.HangUp().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(OverTlsTest, ShutsDownWithAgentsConnected) {
  FakeAgent agent(ChannelOf(Role::kAgent, "kiosk-7"), "");
  agent.Hello({"Reader 0"});
  agent.ReadOpening();
  server_->Shutdown();
  EXPECT_EQ(agent.HangUp().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace cardferry::orchestrator
