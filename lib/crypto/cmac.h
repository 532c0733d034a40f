#ifndef CARDFERRY_LIB_CRYPTO_CMAC_H_
#define CARDFERRY_LIB_CRYPTO_CMAC_H_

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::crypto {

// AES-CMAC (NIST SP 800-38B), whole: 16 bytes. The key has 16, 24 or 32 bytes;
// INVALID_ARGUMENT for another length.
absl::StatusOr<Bytes> AesCmac(const SecretBytes& key, ByteSpan message);

// The same where the result is a secret itself: the block of a key derivation
// (NIST SP 800-108).
absl::StatusOr<SecretBytes> AesCmacSecret(const SecretBytes& key,
                                          ByteSpan message);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_CMAC_H_
