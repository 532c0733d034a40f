#include "services/keyvault/diversification_data.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"

namespace cardferry::keyvault {

absl::StatusOr<std::array<uint8_t, 10>> ParseDiversificationData(
    const std::string& field) {
  std::array<uint8_t, 10> parsed = {};
  if (field.size() != parsed.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "key_diversification_data has ", field.size(), " bytes, must be 10"));
  }
  const ByteSpan bytes = AsBytes(field);
  std::copy(bytes.begin(), bytes.end(), parsed.begin());
  return parsed;
}

}  // namespace cardferry::keyvault
