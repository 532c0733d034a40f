#ifndef CARDFERRY_LIB_CRYPTO_HASH_ALGORITHM_H_
#define CARDFERRY_LIB_CRYPTO_HASH_ALGORITHM_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"

namespace cardferry::crypto {

// The hash of a load file data block (GPCS 2.3.1, C.1.2) is one of these, as a
// card or a person wants it.
enum class HashAlgorithm { kSha1, kSha256, kSha384, kSha512 };

// The hash of public bytes: 20, 32, 48, 64 bytes.
Bytes Digest(HashAlgorithm algorithm, ByteSpan message);

// "sha-1", "sha-256", "sha-384", "sha-512"; nullopt for another name.
const char* NameOf(HashAlgorithm algorithm);
std::optional<HashAlgorithm> HashNamed(absl::string_view name);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_HASH_ALGORITHM_H_
