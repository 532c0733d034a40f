#ifndef CARDFERRY_HSM_CONFIG_TOKEN_KEYS_H_
#define CARDFERRY_HSM_CONFIG_TOKEN_KEYS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"
#include "lib/pkcs11/session.h"

namespace cardferry::hsm {

// The token's key with this label and identifier. NOT_FOUND, or
// FAILED_PRECONDITION when there is more than one.
absl::StatusOr<pkcs11::ObjectHandle> FindKey(pkcs11::Session& session,
                                             const KeyEntry& entry);

// FAILED_PRECONDITION, naming the key and every difference, unless the object
// is a private token key that is sensitive, not extractable, of the profile's
// type and length, with exactly its usages (and mechanisms, where the module
// keeps them), and its value cannot be read.
absl::Status CheckKeyAttributes(pkcs11::Session& session,
                                const pkcs11::TemplateRules& rules,
                                pkcs11::ObjectHandle key,
                                const KeyEntry& entry);

// CheckKeyAttributes of every key of the profile, the same of its signing keys,
// and FAILED_PRECONDITION when the token holds a secret or private key that the
// profile does not name.
absl::Status CheckToken(pkcs11::Session& session,
                        const pkcs11::TemplateRules& rules,
                        const KeyProfile& profile);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_TOKEN_KEYS_H_
