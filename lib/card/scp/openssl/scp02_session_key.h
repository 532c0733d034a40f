#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP02_SESSION_KEY_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP02_SESSION_KEY_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::scp {

// The derivation constants of SCP02 (GPCS 2.3.1, E.4.1).
enum class Scp02Constant : uint16_t {
  kSMac = 0x0101,
  kSRmac = 0x0102,
  kSDek = 0x0181,
  kSEnc = 0x0182,
};

// A session key of SCP02 (GPCS 2.3.1, E.4.1): the triple-DES CBC encryption,
// ICV zeros, under the static key of
//   constant (2) | sequence counter (2) | zeros (12)
// Parity bits are as they come. INVALID_ARGUMENT unless `key` has 16 bytes and
// `sequence_counter` 2.
absl::StatusOr<SecretBytes> DeriveScp02SessionKey(const SecretBytes& key,
                                                  Scp02Constant constant,
                                                  ByteSpan sequence_counter);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP02_SESSION_KEY_H_
