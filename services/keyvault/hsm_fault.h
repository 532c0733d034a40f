#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_FAULT_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_FAULT_H_

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace cardferry::keyvault {

// DATA_LOSS is what a wrong card is answered with. An HSM that finds its own
// data changed says nothing about the card.
template <typename T>
absl::StatusOr<T> OfHsm(absl::StatusOr<T> result) {
  if (!absl::IsDataLoss(result.status())) return result;
  return absl::UnavailableError(
      absl::StrCat("the HSM: ", result.status().message()));
}

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_FAULT_H_
