#ifndef CARDFERRY_LIB_CRYPTO_TDES_H_
#define CARDFERRY_LIB_CRYPTO_TDES_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::crypto {

inline constexpr size_t kDesBlockSize = 8;

// Triple DES (NIST SP 800-67) under a key of 16 (K1 K2 K1) or 24 bytes, without
// padding: `data` is whole blocks. Parity bits of the key do not matter.
// INVALID_ARGUMENT for another length of key, `iv` or `data`.
//
// Under a key of equal parts it is single DES (NIST SP 800-67, 3.2, K1 = K2):
// OpenSSL has that only in its legacy provider, which we do not load.
//
// Results are public bytes; where they are keys, there is a function that gives
// SecretBytes.

// CBC mode (NIST SP 800-38A, 6.2). `iv` is one block.
absl::StatusOr<Bytes> TdesCbcEncrypt(const SecretBytes& key, ByteSpan iv,
                                     ByteSpan data);
absl::StatusOr<Bytes> TdesCbcDecrypt(const SecretBytes& key, ByteSpan iv,
                                     ByteSpan data);

// Each block by itself (NIST SP 800-38A, 6.1).
absl::StatusOr<Bytes> TdesEcbEncrypt(const SecretBytes& key, ByteSpan data);

// Keys made from public bytes: session keys, diversified keys.
absl::StatusOr<SecretBytes> TdesCbcDeriveKey(const SecretBytes& key,
                                             ByteSpan iv, ByteSpan data);
absl::StatusOr<SecretBytes> TdesEcbDeriveKey(const SecretBytes& key,
                                             ByteSpan data);

// Keys that came encrypted, each block by itself, as in PUT KEY.
absl::StatusOr<SecretBytes> TdesEcbUnwrapKey(const SecretBytes& key,
                                             ByteSpan data);

// The key under which triple DES is single DES under the first 8 bytes of
// `key`. INVALID_ARGUMENT when it has fewer.
absl::StatusOr<SecretBytes> SingleDesKey(const SecretBytes& key);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_TDES_H_
