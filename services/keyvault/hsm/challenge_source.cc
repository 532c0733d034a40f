#include "services/keyvault/hsm/challenge_source.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"

namespace cardferry::keyvault {
namespace {

// In `i` (GPCS 2.3.1, E.1.1; Amendment D, 5.1).
constexpr uint8_t kScp02PseudoRandom = 0x40;
constexpr uint8_t kScp03PseudoRandom = 0x10;

constexpr size_t kShortestAid = 5;
constexpr size_t kLongestAid = 16;

}  // namespace

bool IsPredictable(const scp::ChannelProtocol& protocol) {
  switch (protocol.scp) {
    case scp::kScp02:
      return !scp::IsImplicit(protocol) &&
             (protocol.i & kScp02PseudoRandom) != 0;
    case scp::kScp03:
      return (protocol.i & kScp03PseudoRandom) != 0;
    default:
      return false;
  }
}

size_t CounterLength(const scp::ChannelProtocol& protocol) {
  return protocol.scp == scp::kScp02 ? 2 : 3;
}

absl::Status CheckSource(const ChallengeSource& source) {
  RETURN_IF_ERROR(scp::CheckProtocol(source.protocol));
  if (!IsPredictable(source.protocol)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "cards of SCP%02X with i %02X make up their challenges: nobody can "
        "foresee them",
        source.protocol.scp, source.protocol.i));
  }
  if (source.sequence_counter.size() != CounterLength(source.protocol)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a sequence counter of ", source.sequence_counter.size(),
                     " bytes instead of ", CounterLength(source.protocol)));
  }
  if (source.aid.size() < kShortestAid || source.aid.size() > kLongestAid) {
    return absl::InvalidArgumentError(
        absl::StrCat("an AID of ", source.aid.size(), " bytes, must be ",
                     kShortestAid, " to ", kLongestAid));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::keyvault
