#ifndef CARDFERRY_TESTS_STAGE_DELAY_PROXY_H_
#define CARDFERRY_TESTS_STAGE_DELAY_PROXY_H_

#include <atomic>
#include <list>
#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/unique_fd.h"

namespace cardferry::stage {

// A TCP proxy on loopback that holds every byte back for half of `rtt` in each
// direction: a far-away network in one process. Delay only: no loss, no limit
// of the rate.
class DelayProxy {
 public:
  // Listens on `port` (0: any free one) and forwards to 127.0.0.1:`target`.
  static absl::StatusOr<std::unique_ptr<DelayProxy>> Start(int port, int target,
                                                           absl::Duration rtt);
  DelayProxy(const DelayProxy&) = delete;
  DelayProxy& operator=(const DelayProxy&) = delete;
  ~DelayProxy();

  int port() const { return port_; }

 private:
  class Connection;

  DelayProxy(UniqueFd listener, int port, int target, absl::Duration rtt);
  void Accept();

  const UniqueFd listener_;
  const int port_;
  const int target_;
  const absl::Duration one_way_;
  std::atomic<bool> stopping_{false};
  std::list<std::unique_ptr<Connection>> connections_;  // accepting thread's
  std::thread thread_;
};

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_DELAY_PROXY_H_
