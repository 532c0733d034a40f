#ifndef CARDFERRY_LIB_CRYPTO_BLOCK_CIPHER_H_
#define CARDFERRY_LIB_CRYPTO_BLOCK_CIPHER_H_

#include <openssl/evp.h>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::crypto {

enum class Direction { kDecrypt = 0, kEncrypt = 1 };

// A block cipher of OpenSSL's over whole blocks, without padding: `out` gets as
// many bytes as `data` has. `iv` is one block, or empty for ECB.
// INVALID_ARGUMENT when a length is not the cipher's, INTERNAL when OpenSSL
// refuses.
absl::Status RunBlockCipher(const EVP_CIPHER* cipher, Direction direction,
                            const SecretBytes& key, ByteSpan iv, ByteSpan data,
                            absl::Span<uint8_t> out);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_BLOCK_CIPHER_H_
