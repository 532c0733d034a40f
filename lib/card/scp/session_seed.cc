#include "lib/card/scp/session_seed.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::scp {

absl::StatusOr<SessionSeed> SessionSeed::Create(const ChannelProtocol& protocol,
                                                ByteSpan host_challenge,
                                                ByteSpan card_challenge) {
  SessionSeed seed{protocol,
                   Bytes(host_challenge.begin(), host_challenge.end()),
                   Bytes(card_challenge.begin(), card_challenge.end())};
  RETURN_IF_ERROR(CheckSeed(seed));
  return seed;
}

absl::Status CheckSeed(const SessionSeed& seed) {
  RETURN_IF_ERROR(CheckProtocol(seed.protocol));
  const size_t length = ChallengeLength(seed.protocol);
  if (seed.host_challenge.size() != length ||
      seed.card_challenge.size() != length) {
    return absl::InvalidArgumentError(
        absl::StrCat("challenges of ", seed.host_challenge.size(), " and ",
                     seed.card_challenge.size(), " bytes, not ", length));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::scp
