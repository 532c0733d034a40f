#include "lib/card/scp/session_cipher.h"

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

absl::Status CheckPlaintexts(
    const SessionCipher& cipher,
    absl::Span<const SessionCipher::Plaintext> plaintexts) {
  if (cipher.quirks().encrypts_absent_data) return absl::OkStatus();
  for (const SessionCipher::Plaintext& plaintext : plaintexts) {
    if (plaintext.data.empty()) {
      return absl::InvalidArgumentError("nothing to encrypt");
    }
  }
  return absl::OkStatus();
}

}  // namespace cardferry::scp
