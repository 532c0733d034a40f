#include "lib/card/scp/session_seed.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::scp {
namespace {

constexpr size_t kSequenceCounterLength = 2;

Bytes Copy(ByteSpan bytes) { return Bytes(bytes.begin(), bytes.end()); }

absl::Status CheckChallenges(const SessionSeed& seed) {
  const bool implicit = IsImplicit(seed.protocol);
  const size_t length = ChallengeLength(seed.protocol);
  const size_t of_host = implicit ? 0 : length;
  const size_t of_card = implicit ? kSequenceCounterLength : length;
  if (seed.host_challenge.size() == of_host &&
      seed.card_challenge.size() == of_card) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "challenges of ", seed.host_challenge.size(), " and ",
      seed.card_challenge.size(), " bytes, not ", of_host, " and ", of_card));
}

}  // namespace

absl::StatusOr<SessionSeed> SessionSeed::Create(const ChannelProtocol& protocol,
                                                ByteSpan host_challenge,
                                                ByteSpan card_challenge) {
  SessionSeed seed{protocol, Copy(host_challenge), Copy(card_challenge)};
  RETURN_IF_ERROR(CheckSeed(seed));
  return seed;
}

absl::StatusOr<SessionSeed> SessionSeed::CreateImplicit(
    const ChannelProtocol& protocol, ByteSpan sequence_counter, ByteSpan aid) {
  SessionSeed seed{protocol, {}, Copy(sequence_counter), Copy(aid)};
  RETURN_IF_ERROR(CheckSeed(seed));
  if (!IsImplicit(protocol)) {
    return absl::InvalidArgumentError("its initiation is explicit");
  }
  return seed;
}

absl::Status CheckSeed(const SessionSeed& seed) {
  RETURN_IF_ERROR(CheckProtocol(seed.protocol));
  RETURN_IF_ERROR(CheckChallenges(seed));
  const size_t length = seed.aid.size();
  if (length == 0 ? IsImplicit(seed.protocol) : length < 5 || length > 16) {
    return absl::InvalidArgumentError(
        absl::StrCat("an AID of ", length, " bytes, not 5 to 16"));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::scp
