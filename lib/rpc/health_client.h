#ifndef CARDFERRY_LIB_RPC_HEALTH_CLIENT_H_
#define CARDFERRY_LIB_RPC_HEALTH_CLIENT_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"

namespace cardferry::rpc {

// True when the server says SERVING, false when it says anything else; else
// what became of the call (UNAVAILABLE: nobody listens). Waits for a connection
// until `timeout` is over, then DEADLINE_EXCEEDED.
absl::StatusOr<bool> IsServing(const std::shared_ptr<grpc::Channel>& channel,
                               absl::Duration timeout);

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_HEALTH_CLIENT_H_
