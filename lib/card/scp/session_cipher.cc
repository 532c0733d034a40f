#include "lib/card/scp/session_cipher.h"

#include "absl/status/status.h"

namespace cardferry::scp {

absl::StatusOr<std::vector<Bytes>> SessionCipher::ResponseMacs(
    ByteSpan, absl::Span<const Bytes>) {
  return absl::UnimplementedError("this secure channel has no R-MAC");
}

absl::StatusOr<std::vector<Bytes>> SessionCipher::DecryptCommands(
    absl::Span<const Ciphertext>) {
  return absl::UnimplementedError(
      "this secure channel's R-MACs do not cover plain commands");
}

absl::StatusOr<std::vector<Bytes>> SessionCipher::DecryptResponses(
    absl::Span<const Ciphertext>) {
  return absl::UnimplementedError("this secure channel has no R-ENC");
}

}  // namespace cardferry::scp
