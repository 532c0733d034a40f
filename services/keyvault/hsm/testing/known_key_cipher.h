#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_TESTING_KNOWN_KEY_CIPHER_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_TESTING_KNOWN_KEY_CIPHER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/token.h"

namespace cardferry::keyvault {

// A card's known static keys: 16 bytes each, for AES also 24 or 32.
struct KnownStaticKeys {
  Bytes enc;
  Bytes mac;
};

// How the vault would do it.
struct KnownKeyWays {
  pkcs11::KdfRecipe kdf = pkcs11::KdfRecipe::kAesData;
  bool mac_by_cbc = true;
};

// The vault's own cipher of the seed's protocol over a token
// (pkcs11::TestToken) with known keys, which are imported as session objects
// and end with the cipher. What it is not: a vault; there are no masters, no
// profile and nothing is checked. `token` outlives the cipher. Several at once
// are fine.
absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenKnownKeyCipher(
    pkcs11::Token& token, const KnownStaticKeys& keys,
    const scp::SessionSeed& seed, const KnownKeyWays& ways = KnownKeyWays());

// What comes of opening a cipher when the module answers `fault` to whatever is
// asked of it.
absl::Status OpenWithFault(pkcs11::Token& token, const scp::SessionSeed& seed,
                           const absl::Status& fault);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_TESTING_KNOWN_KEY_CIPHER_H_
