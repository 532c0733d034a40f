#include "lib/card/scp/session_seed.h"

#include <algorithm>

#include "absl/status/status.h"
#include "lib/base/status_macros.h"

namespace cardferry::scp {

absl::StatusOr<SessionSeed> SessionSeed::Create(const ChannelProtocol& protocol,
                                                ByteSpan host_challenge,
                                                ByteSpan card_challenge) {
  RETURN_IF_ERROR(CheckProtocol(protocol));
  SessionSeed seed;
  if (host_challenge.size() != seed.host_challenge.size() ||
      card_challenge.size() != seed.card_challenge.size()) {
    return absl::InvalidArgumentError("a challenge has 8 bytes");
  }
  seed.protocol = protocol;
  std::copy(host_challenge.begin(), host_challenge.end(),
            seed.host_challenge.begin());
  std::copy(card_challenge.begin(), card_challenge.end(),
            seed.card_challenge.begin());
  return seed;
}

}  // namespace cardferry::scp
