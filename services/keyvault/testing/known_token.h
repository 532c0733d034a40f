#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_KNOWN_TOKEN_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_KNOWN_TOKEN_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/pkcs11/testing/test_token.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/testing/openssl_hsm_keys.h"

namespace cardferry::keyvault {

// The vault's keys on a fresh token of a real module, with these masters; the
// token goes with them. A real vault's masters are generated inside, and nobody
// knows them.
absl::StatusOr<std::shared_ptr<HsmKeys>> OpenKnownToken(
    pkcs11::TestModule module, const std::vector<KnownKeySet>& key_sets);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_KNOWN_TOKEN_H_
