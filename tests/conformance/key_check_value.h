#ifndef CARDFERRY_TESTS_CONFORMANCE_KEY_CHECK_VALUE_H_
#define CARDFERRY_TESTS_CONFORMANCE_KEY_CHECK_VALUE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

enum class KeyKind { kAes, kTdes };

inline constexpr size_t kKeyCheckValueLength = 3;

// The first 3 bytes of the encryption of a block of 01 for AES, of zeros for
// triple DES (GPCS 2.3.1, B.6).
absl::StatusOr<Bytes> OpensslKeyCheckValue(KeyKind kind, ByteSpan key);

// DATA_LOSS unless `kcv` is the key check value of the key of that name.
absl::Status CheckKeyCheckValue(const std::string& name, KeyKind kind,
                                ByteSpan key, ByteSpan kcv);

// The same for the keys below `keys` (".enc", ".mac", ...) for which there is a
// field below `kcvs`. Where a source gives check values only, they are what
// ties the keys of the vector to it.
absl::Status CheckKeyCheckValues(const Vector& vector, KeyKind kind,
                                 const std::string& keys,
                                 const std::string& kcvs);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_KEY_CHECK_VALUE_H_
