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
  if (IsRefusal(status)) {
    wait_ = kFirstWait;
    return Jitter(kWaitWhenRefused, random);
  }
  if (lasted >= kStable) wait_ = kFirstWait;
  const absl::Duration wait = wait_;
  wait_ = std::min(wait_ * 2, kLongestWait);
  return Jitter(wait, random);
}

}  // namespace cardferry::agent
