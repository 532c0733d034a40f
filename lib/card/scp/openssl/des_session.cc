#include "lib/card/scp/openssl/des_session.h"

#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::scp {

using crypto::kDesBlockSize;

Bytes DesPadded(ByteSpan data) {
  return crypto::Iso9797Padded(data, kDesBlockSize);
}

absl::StatusOr<Bytes> DesCryptogram(const SecretBytes& enc, ByteSpan first,
                                    ByteSpan second) {
  return crypto::TdesMac(enc, Bytes(kDesBlockSize),
                         DesPadded(Concat({first, second})));
}

absl::Status CheckDesChainingValue(ByteSpan chaining_value) {
  if (chaining_value.empty() || chaining_value.size() == kDesBlockSize) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("a chaining value has 8 bytes or none");
}

}  // namespace cardferry::scp
