#ifndef CARDFERRY_LIB_PKCS11_TOKEN_ADMIN_H_
#define CARDFERRY_LIB_PKCS11_TOKEN_ADMIN_H_

#include <string>

#include "absl/status/status.h"
#include "lib/base/secret_bytes.h"
#include "lib/pkcs11/module.h"

namespace cardferry::pkcs11 {

// Makes an empty token in the module's first free slot: C_InitToken with the
// security officer's PIN, then the user's PIN. `label` of at most 32 bytes.
// FAILED_PRECONDITION when there is no slot with an uninitialized token. For
// the ceremony; a serving process never does this.
absl::Status InitializeToken(Module& module, const std::string& label,
                             const SecretBytes& officer_pin,
                             const SecretBytes& user_pin);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_TOKEN_ADMIN_H_
