#ifndef CARDFERRY_AGENT_RECONNECT_POLICY_H_
#define CARDFERRY_AGENT_RECONNECT_POLICY_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/base/random.h"

namespace cardferry::agent {

// How long to wait before the next attempt to reach the server: doubling from
// 200 ms to 30 s, with jitter, so that thousands of kiosks do not come back at
// one moment; from the beginning again after a stream that was stable. An agent
// that the server does not let in (revoked, or with a certificate that is not
// accepted) tries on, after 10 s to 5 minutes.
class ReconnectPolicy {
 public:
  static constexpr absl::Duration kFirstWait = absl::Milliseconds(200);
  static constexpr absl::Duration kLongestWait = absl::Seconds(30);
  static constexpr absl::Duration kFirstWaitWhenRefused = absl::Seconds(10);
  static constexpr absl::Duration kLongestWaitWhenRefused = absl::Minutes(5);
  // A stream that lasted for so long was no accident.
  static constexpr absl::Duration kStable = absl::Seconds(10);

  // A stream has ended with `status` after `lasted`. The wait is between half
  // of what is said above and the whole.
  absl::Duration Next(const absl::Status& status, absl::Duration lasted,
                      RandomSource& random);

  // The server does not let this agent in.
  static bool IsRefusal(const absl::Status& status);

 private:
  absl::Duration wait_ = kFirstWait;
  absl::Duration wait_when_refused_ = kFirstWaitWhenRefused;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_RECONNECT_POLICY_H_
