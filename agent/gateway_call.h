#ifndef CARDFERRY_AGENT_GATEWAY_CALL_H_
#define CARDFERRY_AGENT_GATEWAY_CALL_H_

#include <deque>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"
#include "proto/cardferry/agent/v1/agent.grpc.pb.h"

namespace cardferry::agent {

// One AgentGateway.Connect call. Writes are queued: at most one is under way,
// and a progress message replaces an unsent one of the same packet.
class GatewayCall final
    : public grpc::ClientBidiReactor<v1::AgentMessage, v1::GatewayMessage> {
 public:
  using OnMessage = std::function<void(const v1::GatewayMessage&)>;

  explicit GatewayCall(OnMessage on_message)
      : on_message_(std::move(on_message)) {}

  // Starts the call; `hello` is its first message.
  void Start(v1::AgentGateway::Stub& stub, v1::AgentMessage hello);

  // Queues a message. Over 1024 waiting ones the call is given up: the line
  // does not move. Never waits and calls nobody back: a caller may hold a lock.
  void Send(v1::AgentMessage message);

  // No more Sends; the call ends when all has gone out.
  void Close();
  void Cancel() { context_.TryCancel(); }

  // Waits for the call's end; false when `timeout` is over before it.
  bool AwaitEnd(absl::Duration timeout);

  // After the end.
  absl::Status status() const;

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const OnMessage on_message_;
  grpc::ClientContext context_;
  // The reading thread's own.
  v1::GatewayMessage incoming_;
  bool server_has_spoken_ = false;

  mutable absl::Mutex mutex_;
  std::deque<v1::AgentMessage> outgoing_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;  // outgoing_.front() is
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool half_closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_GATEWAY_CALL_H_
