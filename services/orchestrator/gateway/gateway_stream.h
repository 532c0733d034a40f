#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_GATEWAY_STREAM_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_GATEWAY_STREAM_H_

#include <deque>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "lib/base/clock.h"
#include "proto/cardferry/agent/v1/agent.pb.h"
#include "services/orchestrator/session/agent_hub.h"
#include "services/orchestrator/session/agent_link.h"
#include "services/orchestrator/work/executor.h"

namespace cardferry::orchestrator {

// One agent's stream, between gRPC's threads and its session. Writes are
// queued and bounded; no call is made with the lock held.
class GatewayStream final
    : public grpc::ServerBidiReactor<agent::v1::AgentMessage,
                                     agent::v1::GatewayMessage>,
      public AgentLink,
      public std::enable_shared_from_this<GatewayStream> {
 public:
  // What may wait to be written.
  static constexpr size_t kMaxQueuedMessages = 256;
  static constexpr size_t kMaxQueuedBytes = 16 << 20;

  // How long an agent that is to go may take to read what is being written.
  static constexpr absl::Duration kLastWrite = absl::Seconds(1);

  // What streams are served with; outlives them.
  struct Surroundings {
    AgentHub& hub;
    const Clock& clock;
    Executor& executor;
  };

  // Begins to serve a stream of agent `name`; it keeps itself alive until gRPC
  // is done with it. `call` is the stream's.
  static GatewayStream* Start(const std::string& name,
                              const Surroundings& surroundings,
                              grpc::CallbackServerContext& call);

  bool Send(ToAgent message) override;
  void Close(const absl::Status& reason) override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  GatewayStream(const Surroundings& surroundings,
                grpc::CallbackServerContext& call)
      : hub_(surroundings.hub),
        clock_(surroundings.clock),
        executor_(surroundings.executor),
        call_(call) {}

  // What to do next, decided under the lock and done without it.
  enum class Next { kNothing, kWrite, kFinish };
  Next Decide() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Act(Next next);
  // Ends the call of an agent that does not read.
  void CancelWrite();
  bool IsClosing() ABSL_LOCKS_EXCLUDED(mutex_);
  void PassOn(const agent::v1::AgentMessage& incoming);

  AgentHub& hub_;
  const Clock& clock_;
  Executor& executor_;
  grpc::CallbackServerContext& call_;    // valid until Finish is called
  std::shared_ptr<GatewayStream> self_;  // until OnDone
  std::shared_ptr<AgentSession> session_;
  agent::v1::AgentMessage incoming_;  // gRPC's while a read is under way
  absl::Mutex mutex_;
  std::deque<agent::v1::GatewayMessage> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  agent::v1::GatewayMessage outgoing_;  // gRPC's while a write is under way
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelling_ ABSL_GUARDED_BY(mutex_) = false;  // call_ is in use
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status reason_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_GATEWAY_STREAM_H_
