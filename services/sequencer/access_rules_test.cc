#include "services/sequencer/access_rules.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_matchers.h"
#include "proto/cardferry/sequencer/v1/sequencer.pb.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using rpc::Role;

constexpr Role kRoles[] = {
    Role::kKeyvault, Role::kSequencer, Role::kOrchestrator, Role::kAgent,
    Role::kOperator, Role::kAuditor,   Role::kApprover};

TEST(AccessRulesTest, OnlyTheOrchestratorMayCallTheSequencer) {
  ASSERT_OK_AND_ASSIGN(const auto table,
                       rpc::AuthorizationTable::Create(AccessRules()));
  const auto* service =
      v1::OpenRequest::descriptor()->file()->FindServiceByName("Sequencer");
  ASSERT_NE(service, nullptr);
  ASSERT_EQ(service->method_count(), 8);
  for (int i = 0; i < service->method_count(); ++i) {
    const std::string method = absl::StrCat("/", service->full_name(), "/",
                                            service->method(i)->name());
    for (const Role role : kRoles) {
      EXPECT_EQ(table.Check(method, {role, "x"}).ok(),
                role == Role::kOrchestrator)
          << method << " " << role;
    }
  }
}

TEST(AccessRulesTest, HealthIsForOperatorsAndTheOrchestrator) {
  ASSERT_OK_AND_ASSIGN(const auto table,
                       rpc::AuthorizationTable::Create(AccessRules()));
  for (const char* method :
       {rpc::kHealthCheck, rpc::kHealthWatch, rpc::kReflection}) {
    for (const Role role : kRoles) {
      EXPECT_EQ(table.Check(method, {role, "x"}).ok(),
                role == Role::kOrchestrator || role == Role::kOperator);
    }
  }
}

}  // namespace
}  // namespace cardferry::sequencer
