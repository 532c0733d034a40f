// Who may speak to the shipped services: every method, every role; certificates
// that are not good; TLS versions.
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/testing/test_pki.h"
#include "proto/cardferry/agent/v1/agent.pb.h"
#include "proto/cardferry/keyvault/v1/approvals.pb.h"
#include "proto/cardferry/keyvault/v1/files.pb.h"
#include "proto/cardferry/keyvault/v1/keyvault.pb.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"
#include "proto/cardferry/sequencer/v1/sequencer.pb.h"
#include "tests/e2e/bare_channel.h"
#include "tests/e2e/test_stage.h"

namespace cardferry::e2e {
namespace {

using ::absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr rpc::Role kRoles[] = {rpc::Role::kKeyvault,     rpc::Role::kSequencer,
                                rpc::Role::kOrchestrator, rpc::Role::kAgent,
                                rpc::Role::kOperator,     rpc::Role::kAuditor,
                                rpc::Role::kApprover};

// A shipped service and who may call what.
struct Service {
  friend std::ostream& operator<<(std::ostream& out, const Service& service) {
    return out << service.name;
  }

  const char* name;
  int port;
  // A role that may call `some_method`.
  rpc::Role caller;
  const char* some_method;
  // Where all its methods are declared.
  std::vector<const google::protobuf::FileDescriptor*> interfaces;
  // Method -> the roles that may call it.
  std::map<std::string, std::set<rpc::Role>> methods;
};

const std::set<rpc::Role> kChange = {rpc::Role::kOperator};
const std::set<rpc::Role> kLook = {rpc::Role::kOperator, rpc::Role::kAuditor};

std::map<std::string, std::set<rpc::Role>> WithCommon(
    std::map<std::string, std::set<rpc::Role>> methods,
    const std::set<rpc::Role>& probes) {
  methods["/grpc.health.v1.Health/Check"] = probes;
  methods["/grpc.health.v1.Health/Watch"] = probes;
  methods["/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"] =
      probes;
  return methods;
}

Service Keyvault() {
  const std::string vault = "/cardferry.keyvault.v1.KeyVault/";
  const std::string files = "/cardferry.keyvault.v1.FileKeyVault/";
  const std::string admin = "/cardferry.keyvault.v1.KeyVaultAdmin/";
  const std::string approvals = "/cardferry.keyvault.v1.ContentApprovals/";
  const std::string signed_content = "/cardferry.keyvault.v1.SignedContent/";
  const std::set<rpc::Role> sequencer = {rpc::Role::kSequencer};
  const std::set<rpc::Role> approvers = {
      rpc::Role::kOperator, rpc::Role::kAuditor, rpc::Role::kApprover};
  return {"keyvault",
          stage::kKeyVaultPort,
          rpc::Role::kSequencer,
          "/cardferry.keyvault.v1.KeyVault/Protect",
          {keyvault::v1::ProtectRequest::descriptor()->file(),
           keyvault::v1::FileCommand::descriptor()->file(),
           keyvault::v1::ApproveContentRequest::descriptor()->file()},
          WithCommon({{vault + "IssueOpenings", sequencer},
                      {vault + "Authenticate", sequencer},
                      {vault + "OpenPredicted", sequencer},
                      {vault + "Protect", sequencer},
                      {vault + "VerifyResponses", sequencer},
                      {files + "BeginFileSession", sequencer},
                      {files + "FinishFileSession", sequencer},
                      {files + "ProtectFileCommands", sequencer},
                      {files + "VerifyFileAnswers", sequencer},
                      {admin + "GetStatistics", kLook},
                      {admin + "ListLivePackets", kLook},
                      {admin + "ListKeySets", kLook},
                      {admin + "ForgetFailures", {rpc::Role::kOperator}},
                      {approvals + "ApproveContent", {rpc::Role::kApprover}},
                      {approvals + "ListApprovals", approvers},
                      {approvals + "ListSigningKeys", approvers},
                      {signed_content + "FindApprovals", sequencer},
                      {signed_content + "VerifyReceipts", sequencer}},
                     {rpc::Role::kOperator, rpc::Role::kSequencer})};
}

Service Sequencer() {
  const std::string sequencer = "/cardferry.sequencer.v1.Sequencer/";
  const std::set<rpc::Role> orchestrator = {rpc::Role::kOrchestrator};
  return {"sequencer",
          stage::kSequencerPort,
          rpc::Role::kOrchestrator,
          "/cardferry.sequencer.v1.Sequencer/Identify",
          {sequencer::v1::IdentifyRequest::descriptor()->file()},
          WithCommon({{sequencer + "Open", orchestrator},
                      {sequencer + "Identify", orchestrator},
                      {sequencer + "Prepare", orchestrator},
                      {sequencer + "PrepareOffline", orchestrator},
                      {sequencer + "Plan", orchestrator},
                      {sequencer + "Conclude", orchestrator},
                      {sequencer + "PutLoadFile", orchestrator},
                      {sequencer + "ListProfiles", orchestrator}},
                     {rpc::Role::kOperator, rpc::Role::kOrchestrator})};
}

Service Orchestrator() {
  const std::string operators = "/cardferry.orchestrator.v1.Orchestrator/";
  return {"orchestrator",
          stage::kOrchestratorPort,
          rpc::Role::kOperator,
          "/cardferry.orchestrator.v1.Orchestrator/GetJob",
          {orchestrator::v1::GetJobRequest::descriptor()->file(),
           agent::v1::AgentMessage::descriptor()->file()},
          WithCommon({{"/cardferry.agent.v1.AgentGateway/Connect",
                       {rpc::Role::kAgent}},
                      {operators + "AddApplication", kChange},
                      {operators + "ListApplications", kLook},
                      {operators + "AddJob", kChange},
                      {operators + "PlanJob", kChange},
                      {operators + "GetJob", kLook},
                      {operators + "ListJobs", kLook},
                      {operators + "WatchJob", kLook},
                      {operators + "PrepareJob", kChange},
                      {operators + "CancelJob", kChange},
                      {operators + "GetCard", kLook},
                      {operators + "ListCards", kLook},
                      {operators + "ListReceipts", kLook},
                      {operators + "ResumeCard", kChange},
                      {operators + "ListAgents", kLook},
                      {operators + "AddAgent", kChange},
                      {operators + "RevokeAgent", kChange},
                      {operators + "ListProfiles", kLook},
                      {operators + "ListEvents", kLook},
                      {operators + "WatchEvents", kLook}},
                     kChange)};
}

class CertificatesTest : public ::testing::TestWithParam<Service> {
 protected:
  static void SetUpTestSuite() {
    absl::StatusOr<std::unique_ptr<TestStage>> made = TestStage::Make({});
    ASSERT_OK(made);
    stage_ = made->release();
    stage::Stage& parts = stage_->stage();
    ASSERT_OK(parts.Prepare());
    ASSERT_OK(parts.StartKeyVault());
    ASSERT_OK(parts.StartSequencer());
    ASSERT_OK(parts.StartOrchestrator());
    for (const rpc::Role role : kRoles) {
      const std::string name(rpc::RoleName(role));
      ASSERT_OK(stage_->folder().Issue(name, "e2e"));
      ASSERT_OK(stage_->folder().Issue(name, "late", /*expired=*/true));
    }
  }
  static void TearDownTestSuite() {
    delete stage_;
    stage_ = nullptr;
  }
  void SetUp() override { ASSERT_NE(stage_, nullptr); }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  static rpc::TlsFiles Tls(rpc::Role role, const std::string& name = "e2e") {
    // Also the keyvault role's, which tests may read.
    const std::string stem =
        stage_->Path(absl::StrCat("pki/", rpc::RoleName(role), "-", name));
    return {stem + ".crt", stem + ".key", stage_->Path("pki/ca.crt")};
  }
  static absl::Status Call(const Service& service, const rpc::TlsFiles& tls,
                           const std::string& method) {
    return CallWithNothing(BareChannel(service.port, tls), method);
  }
  // The connection is closed in the handshake, and the service says why.
  static void ExpectClosed(const std::shared_ptr<grpc::Channel>& channel,
                           const Service& service, const std::string& said) {
    const size_t before = stage_->Log(service.name).size();
    EXPECT_THAT(CallWithNothing(channel, service.some_method),
                StatusIs(StatusCode::kUnavailable, HasSubstr("Socket closed")));
    EXPECT_THAT(stage_->AwaitLog(service.name, before, said), HasSubstr(said));
  }
  // `openssl s_client` with a certificate that the service would take.
  static stage::Outcome Openssl(const Service& service,
                                const std::string& version) {
    const rpc::TlsFiles tls = Tls(service.caller);
    stage::Command command;
    command.arguments = {"/usr/bin/openssl",
                         "s_client",
                         "-connect",
                         absl::StrCat("127.0.0.1:", service.port),
                         "-cert",
                         tls.certificate,
                         "-key",
                         tls.private_key,
                         "-CAfile",
                         tls.ca,
                         "-alpn",
                         "h2",
                         "-no_ign_eof",
                         "-brief",
                         version};
    absl::StatusOr<stage::Outcome> outcome =
        stage::RunToEnd(command, absl::Seconds(10));
    EXPECT_OK(outcome);
    return outcome.value_or(stage::Outcome{-1, "", ""});
  }

  static inline TestStage* stage_ = nullptr;
};

// The methods of all services in an interface.
std::set<std::string> MethodsOf(const google::protobuf::FileDescriptor* file) {
  std::set<std::string> methods;
  for (int i = 0; i < file->service_count(); ++i) {
    const google::protobuf::ServiceDescriptor* const service = file->service(i);
    for (int j = 0; j < service->method_count(); ++j) {
      methods.insert(absl::StrCat("/", service->full_name(), "/",
                                  service->method(j)->name()));
    }
  }
  return methods;
}

TEST_P(CertificatesTest, AreHeldToTheRolesOfEveryMethod) {
  std::set<std::string> ours;
  for (const auto& [method, allowed] : GetParam().methods) {
    if (absl::StartsWith(method, "/cardferry.")) ours.insert(method);
  }
  std::set<std::string> methods;
  for (const auto* file : GetParam().interfaces) methods.merge(MethodsOf(file));
  EXPECT_EQ(ours, methods);
}

TEST_P(CertificatesTest, EachRoleMayCallItsMethodsAndNoOther) {
  for (const rpc::Role role : kRoles) {
    const auto channel = BareChannel(GetParam().port, Tls(role));
    for (const auto& [method, allowed] : GetParam().methods) {
      if (absl::EndsWith(method, "/Connect") && allowed.count(role) > 0) {
        continue;  // a stream that would stay; the agent's tests call it
      }
      if ((absl::EndsWith(method, "/Watch") ||
           absl::EndsWith(method, "/WatchEvents")) &&
          allowed.count(role) > 0) {
        continue;  // others
      }
      const absl::Status status = CallWithNothing(channel, method);
      const std::string refusal = absl::StrCat("the role ", rpc::RoleName(role),
                                               " may not call ", method);
      if (allowed.count(role) > 0) {
        EXPECT_NE(status.message(), refusal);
        EXPECT_NE(status.code(), StatusCode::kUnauthenticated) << method;
        EXPECT_NE(status.code(), StatusCode::kUnavailable) << method << status;
        EXPECT_NE(status.code(), StatusCode::kUnimplemented)
            << method << status;
      } else {
        EXPECT_THAT(status, StatusIs(StatusCode::kPermissionDenied, refusal));
      }
    }
    EXPECT_THAT(CallWithNothing(channel, "/cardferry.Nothing/Known"),
                StatusIs(StatusCode::kUnimplemented));
  }
}

TEST_P(CertificatesTest, OfAnUnknownAuthorityAreRefused) {
  rpc::TestPki foreign;
  const rpc::TlsFiles tls = foreign.Issue(GetParam().caller, "e2e");
  ExpectClosed(BareChannel(GetParam().port, tls), GetParam(),
               "certificate verify failed");
}

TEST_P(CertificatesTest, ThatHaveExpiredAreRefused) {
  ExpectClosed(BareChannel(GetParam().port, Tls(GetParam().caller, "late")),
               GetParam(), "certificate verify failed");
}

TEST_P(CertificatesTest, AreWantedOfEverybody) {
  ExpectClosed(NamelessChannel(GetParam().port), GetParam(),
               "peer did not return a certificate");
}

TEST_P(CertificatesTest, DoNotHelpOverTls12) {
  const stage::Outcome modern = Openssl(GetParam(), "-tls1_3");
  EXPECT_EQ(modern.exit_code, 0);
  EXPECT_THAT(modern.errors, HasSubstr("Protocol version: TLSv1.3"));
  for (const char* version : {"-tls1_2", "-tls1_1", "-tls1"}) {
    const size_t before = stage_->Log(GetParam().name).size();
    const stage::Outcome old = Openssl(GetParam(), version);
    EXPECT_EQ(old.exit_code, 1) << version;
    EXPECT_THAT(old.errors, Not(HasSubstr("Protocol version"))) << version;
    EXPECT_THAT(
        stage_->AwaitLog(GetParam().name, before, "unsupported protocol"),
        HasSubstr("unsupported protocol"))
        << version;
  }
}

INSTANTIATE_TEST_SUITE_P(Services, CertificatesTest,
                         ::testing::Values(Keyvault(), Sequencer(),
                                           Orchestrator()),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

// The other direction: a service believes only the role that it looks for.
TEST(FalseServerTest, OfAnotherRoleIsNotBelieved) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<TestStage> stage,
                       TestStage::Make({}));
  ASSERT_OK(stage->stage().Prepare());
  // The sequencer's place is taken by somebody with a good certificate of the
  // same authority: a keyvault.
  ASSERT_OK(stage->stage().StartKeyVault());
  const std::string config = stage->Path("orchestrator.textproto");
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(config, 1 << 16));
  ASSERT_OK(WriteFileAtomically(
      config,
      AsBytes(absl::StrReplaceAll(text,
                                  {{absl::StrCat(":", stage::kSequencerPort),
                                    absl::StrCat(":", stage::kKeyVaultPort)}})),
      0644));
  ASSERT_OK(stage->stage().StartOrchestrator());
  const stage::Outcome added = stage->AddApplet("brokerage");
  EXPECT_EQ(added.exit_code, 3);
  EXPECT_THAT(added.errors,
              HasSubstr("the peer is spiffe://cardferry/keyvault/vault, not of "
                        "the role sequencer"));
}

}  // namespace
}  // namespace cardferry::e2e
