#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_HEX_LIST_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_HEX_LIST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"

namespace cardferry::orchestrator {

// Several identifiers in one column: "A000000001,A000000002".
std::string JoinHex(const std::vector<Bytes>& list);
// The reverse. DATA_LOSS for anything else.
absl::StatusOr<std::vector<Bytes>> SplitHex(absl::string_view text);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_HEX_LIST_H_
