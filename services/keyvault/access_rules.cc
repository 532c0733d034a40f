#include "services/keyvault/access_rules.h"

namespace cardferry::keyvault {

std::vector<rpc::AuthorizationTable::Row> AccessRules() {
  using rpc::Role;
  return {
      {"/cardferry.keyvault.v1.KeyVault/IssueOpenings", {Role::kSequencer}},
      {"/cardferry.keyvault.v1.KeyVault/Authenticate", {Role::kSequencer}},
      {"/cardferry.keyvault.v1.KeyVault/Protect", {Role::kSequencer}},
      {"/cardferry.keyvault.v1.KeyVault/VerifyResponses", {Role::kSequencer}},
      {"/cardferry.keyvault.v1.KeyVault/OpenPredicted", {Role::kSequencer}},
      {"/cardferry.keyvault.v1.KeyVaultAdmin/ListLivePackets",
       {Role::kOperator, Role::kAuditor}},
      {"/cardferry.keyvault.v1.FileKeyVault/BeginFileSession",
       {Role::kSequencer}},
      {"/cardferry.keyvault.v1.FileKeyVault/FinishFileSession",
       {Role::kSequencer}},
      {"/cardferry.keyvault.v1.FileKeyVault/ProtectFileCommands",
       {Role::kSequencer}},
      {"/cardferry.keyvault.v1.FileKeyVault/VerifyFileAnswers",
       {Role::kSequencer}},
      {"/cardferry.keyvault.v1.KeyVaultAdmin/GetStatistics",
       {Role::kOperator, Role::kAuditor}},
      {"/cardferry.keyvault.v1.KeyVaultAdmin/ListKeySets",
       {Role::kOperator, Role::kAuditor}},
      {"/cardferry.keyvault.v1.KeyVaultAdmin/ForgetFailures",
       {Role::kOperator}},
      {"/cardferry.keyvault.v1.ContentApprovals/ApproveContent",
       {Role::kApprover}},
      {"/cardferry.keyvault.v1.ContentApprovals/ListApprovals",
       {Role::kApprover, Role::kOperator, Role::kAuditor}},
      {"/cardferry.keyvault.v1.ContentApprovals/ListSigningKeys",
       {Role::kApprover, Role::kOperator, Role::kAuditor}},
      {"/cardferry.keyvault.v1.SignedContent/FindApprovals",
       {Role::kSequencer}},
      {"/cardferry.keyvault.v1.SignedContent/VerifyReceipts",
       {Role::kSequencer}},
      {rpc::kHealthCheck, {Role::kOperator, Role::kSequencer}},
      {rpc::kHealthWatch, {Role::kOperator, Role::kSequencer}},
      {rpc::kReflection, {Role::kOperator, Role::kSequencer}},
  };
}

}  // namespace cardferry::keyvault
