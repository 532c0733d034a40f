#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_AN10922_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_AN10922_H_

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::scp {

enum class KeyKind { kTripleDes, kAes };

// NXP AN10922, 2.2 to 2.6: a key of the same kind and length as the master,
// which has 16, 24 or 32 bytes (triple DES: 16 or 24), from an input of 1 to 31
// bytes (triple DES: 1 to 15). Parity bits are as they come. INVALID_ARGUMENT
// for other lengths.
absl::StatusOr<SecretBytes> An10922Key(KeyKind kind, const SecretBytes& master,
                                       ByteSpan input);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_AN10922_H_
