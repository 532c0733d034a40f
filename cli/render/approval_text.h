#ifndef CARDFERRY_CLI_RENDER_APPROVAL_TEXT_H_
#define CARDFERRY_CLI_RENDER_APPROVAL_TEXT_H_

#include <string>
#include <vector>

#include "proto/cardferry/keyvault/v1/approvals.pb.h"

namespace cardferry::cli {

// A line an approval. An empty list says what to do.
std::string ApprovalTable(const std::vector<keyvault::v1::Approval>& approvals);

// All that is known of one.
std::string ApprovalText(const keyvault::v1::Approval& approval);

// A line a signing key. An empty list says what to do.
std::string SigningKeyTable(
    const std::vector<keyvault::v1::ContentSigningKey>& keys);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_APPROVAL_TEXT_H_
