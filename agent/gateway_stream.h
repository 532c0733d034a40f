#ifndef CARDFERRY_AGENT_GATEWAY_STREAM_H_
#define CARDFERRY_AGENT_GATEWAY_STREAM_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/addressed_event.h"
#include "agent/gateway_proto.h"
#include "agent/uplink.h"
#include "grpcpp/channel.h"
#include "lib/base/random.h"

namespace cardferry::agent {

class GatewayCall;

// The stream to the server, kept up on a thread of its own: when it breaks it
// is opened again after a wait (ReconnectPolicy).
class GatewayStream final : public Uplink {
 public:
  // Gets every event from the server, and Connected and Disconnected (with an
  // empty reader). Called on the stream's threads; must not block.
  using OnEvent = std::function<void(AddressedEvent)>;

  GatewayStream(std::shared_ptr<grpc::Channel> channel, RandomSource& random);
  GatewayStream(const GatewayStream&) = delete;
  GatewayStream& operator=(const GatewayStream&) = delete;
  ~GatewayStream() override;

  // Opens the stream. Call once, when everything that gets events is there.
  void Start(OnEvent on_event);

  // Half-closes the stream after what is queued has gone out, waiting at most
  // `patience`. Call before destroying what gets events.
  void Stop(absl::Duration patience);

  void Send(const std::string& reader, const SendAnswer& answer) override;
  void Send(const Report& report) override;
  void Send(const Progress& progress) override;
  void Show(const ReaderPresence& presence) override;
  void ShowStored(const std::vector<std::string>& ids) override;
  void ShowTrouble(const std::string& reader,
                   const std::string& trouble) override;

 private:
  void Run();
  void OnMessage(const v1::GatewayMessage& message);
  // One stream from hello to its end: how it ended.
  absl::Status RunOneCall();
  // Queues it on the stream there is. In the same critical section as the state
  // that it tells of, so that no message overtakes a later state.
  void SendNow(agent::v1::AgentMessage message)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::AgentMessage Hello() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Stopping() const;
  // Sleeps; false when the stream is being stopped.
  bool Wait(absl::Duration time);

  const std::shared_ptr<grpc::Channel> channel_;
  RandomSource& random_;
  OnEvent on_event_;

  mutable absl::Mutex mutex_;
  std::map<std::string, ReaderPresence> readers_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<GatewayCall> call_ ABSL_GUARDED_BY(mutex_);
  // Packets that came on this stream: of others the server wants no progress.
  std::set<std::string> packets_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_GATEWAY_STREAM_H_
