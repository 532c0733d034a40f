#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_CONTEXT_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_CONTEXT_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/pkcs11/ck_status.h"
#include "lib/pkcs11/session_pool.h"
#include "services/keyvault/hsm/hsm_status.h"
#include "services/keyvault/hsm/key_handles.h"
#include "services/keyvault/hsm/key_ring.h"

namespace cardferry::keyvault {

// What every operation with the HSM needs: sessions, keys, and how this module
// does things. Outlives all ciphers.
struct HsmContext {
  pkcs11::SessionPool& pool;
  KeySource& source;
  ModuleWays ways;
  bool mac_by_cbc;
  size_t most_bytes_a_call;

  // Runs `operation(session, keys)`, which gives an absl::StatusOr, in a
  // borrowed session. When an object is gone, `forget()` is called, the keys
  // are found again, and the operation has one more try.
  template <typename Operation, typename Forget>
  auto Run(Operation operation, Forget forget)
      -> decltype(operation(std::declval<pkcs11::Session&>(),
                            std::declval<const KeyHandles&>())) {
    const std::shared_ptr<const KeyHandles> keys = source.keys();
    auto first = RunOnce(operation, *keys);
    if (first.ok()) return first;
    if (!pkcs11::IsObjectGone(first.status())) return ForVault(first.status());
    forget();
    if (absl::Status found = source.Reload(keys); !found.ok()) {
      // Whatever is wrong with the token: it says nothing about the card.
      return absl::UnavailableError(
          absl::StrCat("the keys cannot be found again: ", found.message()));
    }
    const std::shared_ptr<const KeyHandles> found_again = source.keys();
    auto second = RunOnce(operation, *found_again);
    if (second.ok()) return second;
    return ForVault(second.status());
  }

 private:
  template <typename Operation>
  auto RunOnce(Operation& operation, const KeyHandles& keys)
      -> decltype(operation(std::declval<pkcs11::Session&>(), keys)) {
    auto lease = pool.Borrow();
    if (!lease.ok()) return lease.status();
    return operation(**lease, keys);
  }
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_CONTEXT_H_
