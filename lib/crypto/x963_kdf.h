#ifndef CARDFERRY_LIB_CRYPTO_X963_KDF_H_
#define CARDFERRY_LIB_CRYPTO_X963_KDF_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::crypto {

enum class KdfHash { kSha256, kSha384, kSha512 };

// The key derivation of ANSI X9.63 (BSI TR-03111, 4.3.3): the leading `length`
// bytes of H(secret || i || shared_info) for i = 1.. (4 bytes), joined.
// INVALID_ARGUMENT for an empty secret or no length.
absl::StatusOr<SecretBytes> X963Kdf(KdfHash hash, const SecretBytes& secret,
                                    ByteSpan shared_info, size_t length);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_X963_KDF_H_
