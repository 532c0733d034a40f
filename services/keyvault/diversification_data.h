#ifndef CARDFERRY_SERVICES_KEYVAULT_DIVERSIFICATION_DATA_H_
#define CARDFERRY_SERVICES_KEYVAULT_DIVERSIFICATION_DATA_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace cardferry::keyvault {

// A message's field `key_diversification_data` as the domain has it.
// INVALID_ARGUMENT unless it has 10 bytes.
absl::StatusOr<std::array<uint8_t, 10>> ParseDiversificationData(
    const std::string& field);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_DIVERSIFICATION_DATA_H_
