#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_DES_SESSION_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_DES_SESSION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::scp {

// What the ciphers of SCP01 and SCP02 have in common. Internal.

// `data` and 80 00.. to whole blocks of 8 bytes.
Bytes DesPadded(ByteSpan data);

// A full triple-DES MAC under S-ENC over `first` | `second`, ICV zeros (GPCS
// 2.3.1, E.4.2; 2.1.1, D.3.1).
absl::StatusOr<Bytes> DesCryptogram(const SecretBytes& enc, ByteSpan first,
                                    ByteSpan second);

// OK for a chaining value of 8 bytes or none.
absl::Status CheckDesChainingValue(ByteSpan chaining_value);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_DES_SESSION_H_
