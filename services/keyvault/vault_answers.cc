// Vault: what the answers to a session's packet prove.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/hsm_fault.h"
#include "services/keyvault/session_token.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {
namespace {

absl::Status CheckSizes(const SessionPacket& packet) {
  const size_t commands = packet.commands.size();
  if (commands < 1 || commands > Vault::kLongestPacket) {
    return absl::InvalidArgumentError(absl::StrCat(
        commands, " commands, must be 1 to ", Vault::kLongestPacket));
  }
  if (packet.answers.size() <= commands) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      packet.answers.size(), " answers to ", commands, " commands"));
}

absl::Status NotThisPacket() {
  // For whatever reason: neither a MAC nor a padding is to be guessed by
  // asking.
  return absl::InvalidArgumentError(
      "not the packet of this session, from EXTERNAL AUTHENTICATE on");
}

// That the packet begins with the session's EXTERNAL AUTHENTICATE, by its MAC:
// the answers of another session of the card's would be judged else, where
// nothing but this shows it (levels without R-MAC).
absl::Status CheckBeginning(const VerifyToken& token,
                            const card::CommandApdu& first) {
  // Its first C-MAC begins from nothing; those of a packet without R-MAC
  // session are not looked at, and its answers prove nothing.
  if (scp::IsImplicit(token.origin.seed.protocol)) return absl::OkStatus();
  const size_t length = scp::SentMacLength(token.origin.seed.protocol);
  const ByteSpan data = first.data();
  const ByteSpan mac = token.state.chaining_value;
  if (data.size() >= length && mac.size() >= length &&
      ConstantTimeEqual(data.last(length), mac.first(length))) {
    return absl::OkStatus();
  }
  return NotThisPacket();
}

}  // namespace

absl::StatusOr<std::vector<VerifiedAnswer>> Vault::VerifyResponses(
    ByteSpan verify_token, const SessionPacket& packet) {
  ASSIGN_OR_RETURN(const VerifyToken token,
                   OpenVerifyToken(keys_, verify_token));
  if (clock_.Now() >= token.expires_at) {
    return absl::FailedPreconditionError(
        "the verify token has expired: what the card holds now, a new session "
        "has to read");
  }
  RETURN_IF_ERROR(CheckSizes(packet));
  RETURN_IF_ERROR(CheckBeginning(token, packet.commands[0]));
  ASSIGN_OR_RETURN(std::unique_ptr<scp::SessionCipher> cipher,
                   OfHsm(CipherOf(token.origin)));
  absl::StatusOr<std::vector<VerifiedAnswer>> verified = scp::VerifyResponses(
      *cipher, token.state.level, packet.commands, packet.answers);
  cache_.Put(token.origin, std::move(cipher));
  if (absl::IsInvalidArgument(verified.status())) return NotThisPacket();
  return verified;
}

}  // namespace cardferry::keyvault
