#ifndef CARDFERRY_TESTS_E2E_BARE_CHANNEL_H_
#define CARDFERRY_TESTS_E2E_BARE_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "lib/rpc/tls_files.h"

namespace cardferry::e2e {

// A channel to 127.0.0.1:`port` that shows whatever certificate it is given and
// believes any server: a foreign program's, without our checks.
std::shared_ptr<grpc::Channel> BareChannel(int port, const rpc::TlsFiles& tls);

// The same without a certificate of its own.
std::shared_ptr<grpc::Channel> NamelessChannel(int port);

// What becomes of a call of `method` ("/package.Service/Method") with an empty
// message.
absl::Status CallWithNothing(const std::shared_ptr<grpc::Channel>& channel,
                             const std::string& method);

}  // namespace cardferry::e2e

#endif  // CARDFERRY_TESTS_E2E_BARE_CHANNEL_H_
