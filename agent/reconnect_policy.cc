#include "agent/reconnect_policy.h"

#include <algorithm>

namespace cardferry::agent {
namespace {

absl::Duration Jitter(absl::Duration wait, RandomSource& random) {
  const Bytes dice = random.Draw(2);
  return wait / 2 + wait / 2 * ((dice[0] * 256 + dice[1]) / 65535.0);
}

}  // namespace

bool ReconnectPolicy::IsRefusal(const absl::Status& status) {
  return absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status);
}

absl::Duration ReconnectPolicy::Next(const absl::Status& status,
                                     absl::Duration lasted,
                                     RandomSource& random) {
  if (lasted >= kStable) *this = ReconnectPolicy();
  const bool refused = IsRefusal(status);
  absl::Duration& next = refused ? wait_when_refused_ : wait_;
  const absl::Duration wait = next;
  next = std::min(wait * 2, refused ? kLongestWaitWhenRefused : kLongestWait);
  return Jitter(wait, random);
}

}  // namespace cardferry::agent
