#ifndef CARDFERRY_LIB_RPC_CHANNEL_H_
#define CARDFERRY_LIB_RPC_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "lib/rpc/identity.h"
#include "lib/rpc/tls_files.h"

namespace cardferry::rpc {

// How a client behaves on the wire; the defaults suit agents behind NAT.
struct ChannelOptions {
  // A ping after so long a silence, also between calls.
  absl::Duration keepalive = absl::Seconds(30);
  // The connection is dead when a ping is not answered for so long.
  absl::Duration keepalive_timeout = absl::Seconds(10);
  // Waiting before the second attempt to connect; doubles, with jitter.
  absl::Duration first_backoff = absl::Milliseconds(200);
  absl::Duration longest_backoff = absl::Seconds(15);
  // The largest message in either direction.
  int max_message_bytes = 4 << 20;
  // How often the TLS files are looked at.
  absl::Duration tls_refresh = absl::Minutes(1);
};

// A channel that speaks TLS 1.3 only, shows our certificate, and believes a
// server only when its certificate comes from `tls.ca` and its identity has
// the role `server`; its host name does not matter. `target` is "host:port" or
// a gRPC target. Connects when first used: the status is about the TLS files
// (CheckTlsFiles).
absl::StatusOr<std::shared_ptr<grpc::Channel>> CreateChannel(
    const std::string& target, const TlsFiles& tls, Role server,
    const ChannelOptions& options = ChannelOptions());

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_CHANNEL_H_
