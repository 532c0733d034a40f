#ifndef CARDFERRY_HSM_CONFIG_PUBLISHED_KEYS_H_
#define CARDFERRY_HSM_CONFIG_PUBLISHED_KEYS_H_

#include <string>

#include "absl/status/statusor.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/session.h"

namespace cardferry::hsm {

// The published test key that `key` is, by a name for people ("40..4F"), or
// empty. `spec` says what `key` may do. Found by what both do: each test key of
// that type and length is imported for a moment, as a session object, and the
// two derive (or encrypt, where a key does that). So no master needs a usage
// for it, and CKA_CHECK_VALUE, which modules get wrong, is not asked. Keys that
// neither derive nor encrypt blocks are no card keys: empty.
absl::StatusOr<std::string> NameOfPublishedKey(
    pkcs11::Session& session, const pkcs11::TemplateBuilder& builder,
    pkcs11::KdfRecipe recipe, const pkcs11::KdfBase& key,
    const pkcs11::KeySpec& spec);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_PUBLISHED_KEYS_H_
