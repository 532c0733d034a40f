#include "services/keyvault/access_rules.h"

#include <set>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "proto/cardferry/keyvault/v1/approvals.pb.h"
#include "proto/cardferry/keyvault/v1/files.pb.h"
#include "proto/cardferry/keyvault/v1/keyvault.pb.h"

namespace cardferry::keyvault {
namespace {

using rpc::AuthorizationTable;
using rpc::Role;

TEST(AccessRulesTest, HaveARowForEveryMethodAndNoOther) {
  std::vector<std::string> methods = {rpc::kHealthCheck, rpc::kHealthWatch,
                                      rpc::kReflection};
  for (const auto* file : {v1::ProtectRequest::descriptor()->file(),
                           v1::FileCommand::descriptor()->file(),
                           v1::Approval::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back("/" + file->service(s)->full_name() + "/" +
                          file->service(s)->method(m)->name());
      }
    }
  }
  ASSERT_OK_AND_ASSIGN(const AuthorizationTable table,
                       AuthorizationTable::Create(AccessRules()));
  EXPECT_OK(table.CheckComplete(methods));
}

TEST(AccessRulesTest, OnlyApproversSign) {
  for (const AuthorizationTable::Row& row : AccessRules()) {
    const std::set<Role> roles(row.roles.begin(), row.roles.end());
    if (row.method.find("/ApproveContent") != std::string::npos) {
      EXPECT_EQ(roles, std::set<Role>{Role::kApprover});
    } else if (row.method.find(".ContentApprovals/") == std::string::npos) {
      EXPECT_EQ(roles.count(Role::kApprover), 0u) << row.method;
    }
    EXPECT_FALSE(roles.count(Role::kSequencer) > 0 &&
                 row.method.find(".ContentApprovals/") != std::string::npos)
        << row.method;
  }
}

TEST(AccessRulesTest, NobodyIsOnBothSides) {
  for (const AuthorizationTable::Row& row : AccessRules()) {
    const std::set<Role> roles(row.roles.begin(), row.roles.end());
    if (row.method.find(".KeyVault/") != std::string::npos) {
      EXPECT_EQ(roles, std::set<Role>{Role::kSequencer}) << row.method;
    }
    if (row.method.find(".KeyVaultAdmin/") == std::string::npos) continue;
    std::set<Role> expected = {Role::kOperator};
    const bool changes = row.method.find("/Forget") != std::string::npos;
    if (!changes) expected.insert(Role::kAuditor);
    EXPECT_EQ(roles, expected) << row.method;
  }
}

}  // namespace
}  // namespace cardferry::keyvault
