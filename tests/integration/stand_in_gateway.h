#ifndef CARDFERRY_TESTS_INTEGRATION_STAND_IN_GATEWAY_H_
#define CARDFERRY_TESTS_INTEGRATION_STAND_IN_GATEWAY_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "lib/base/bytes.h"
#include "lib/rpc/server.h"
#include "lib/rpc/testing/test_pki.h"
#include "proto/cardferry/agent/v1/agent.grpc.pb.h"

namespace cardferry::agent {

// A server for one agent that says what a test tells it to, and keeps what it
// hears. Not an orchestrator: it does nothing by itself, and never
// acknowledges a report. With mutual TLS, on a free port of loopback.
class StandInGateway final : public v1::AgentGateway::Service {
 public:
  StandInGateway();
  ~StandInGateway() override;

  // `gateway` and `tls` of an agent's configuration.
  std::string AgentConfiguration();

  // Ends, and serves again on the same port.
  void Stop();
  void Start();

  void Send(const v1::GatewayMessage& message);

  // The first message that fits, from the `from`th that was ever received on;
  // waited for, 30 s at most (then an empty one). `at`: its number.
  using Fits = std::function<bool(const v1::AgentMessage&)>;
  v1::AgentMessage Await(const Fits& fits, size_t from = 0,
                         size_t* at = nullptr);
  size_t received() const;

 private:
  using Stream = grpc::ServerReaderWriter<v1::GatewayMessage, v1::AgentMessage>;

  grpc::Status Connect(grpc::ServerContext* context, Stream* stream) override;
  int FindFrom(const Fits& fits, size_t from) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  rpc::TestPki pki_;
  int port_ = 0;
  std::unique_ptr<rpc::Server> server_;

  mutable absl::Mutex mutex_;
  Stream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  grpc::ServerContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::vector<v1::AgentMessage> received_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_TESTS_INTEGRATION_STAND_IN_GATEWAY_H_
