#ifndef CARDFERRY_LIB_CRYPTO_AES_H_
#define CARDFERRY_LIB_CRYPTO_AES_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::crypto {

inline constexpr size_t kAesBlockSize = 16;

// AES (FIPS 197) under a key of 16, 24 or 32 bytes, without padding: `data` is
// whole blocks. INVALID_ARGUMENT for another length of key, `iv` or `data`.
//
// Results are public bytes, but for AesCbcUnwrapKey and AesEcbDeriveKey: do not
// make keys with the others.

// CBC mode (NIST SP 800-38A, 6.2). `iv` is one block.
absl::StatusOr<Bytes> AesCbcEncrypt(const SecretBytes& key, ByteSpan iv,
                                    ByteSpan data);
absl::StatusOr<Bytes> AesCbcDecrypt(const SecretBytes& key, ByteSpan iv,
                                    ByteSpan data);

// A key that came encrypted in CBC mode, as in PUT KEY.
absl::StatusOr<SecretBytes> AesCbcUnwrapKey(const SecretBytes& key, ByteSpan iv,
                                            ByteSpan data);

// A key made from public bytes, each block by itself.
absl::StatusOr<SecretBytes> AesEcbDeriveKey(const SecretBytes& key,
                                            ByteSpan data);

// Each block by itself (NIST SP 800-38A, 6.1): for single blocks, counters and
// key check values, never for messages.
absl::StatusOr<Bytes> AesEcbEncrypt(const SecretBytes& key, ByteSpan data);
absl::StatusOr<Bytes> AesEcbDecrypt(const SecretBytes& key, ByteSpan data);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_AES_H_
