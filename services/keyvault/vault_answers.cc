// Vault: what the answers to a session's packet prove.
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/session_token.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kSentMac = 8;

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

// That the packet begins with the session's EXTERNAL AUTHENTICATE, by its MAC.
absl::Status CheckBeginning(const scp::ChannelState& state,
                            const card::CommandApdu& first) {
  const ByteSpan data = first.data();
  if (data.size() >= kSentMac &&
      ConstantTimeEqual(data.last(kSentMac),
                        ByteSpan(state.chaining_value).first(kSentMac))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "the packet does not begin with this session's EXTERNAL AUTHENTICATE");
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
  RETURN_IF_ERROR(CheckBeginning(token.state, packet.commands[0]));
  // None of the levels that are there has R-MAC.
  std::vector<VerifiedAnswer> verified;
  for (const card::ResponseApdu& answer : packet.answers) {
    verified.push_back({Assurance::kReported, answer.data, answer.sw});
  }
  return verified;
}

}  // namespace cardferry::keyvault
