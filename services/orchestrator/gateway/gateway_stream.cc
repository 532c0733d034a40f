#include "services/orchestrator/gateway/gateway_stream.h"

#include <utility>

#include "absl/memory/memory.h"
#include "lib/rpc/grpc_status.h"
#include "services/orchestrator/gateway/gateway_proto.h"

namespace cardferry::orchestrator {

GatewayStream* GatewayStream::Start(const std::string& name,
                                    const Surroundings& surroundings,
                                    grpc::CallbackServerContext& call) {
  const std::shared_ptr<GatewayStream> stream =
      absl::WrapUnique(new GatewayStream(surroundings, call));
  stream->self_ = stream;
  stream->session_ = surroundings.hub.Connect(name, stream);
  // The agent may wait for this before it speaks.
  stream->StartSendInitialMetadata();
  stream->StartRead(&stream->incoming_);
  return stream.get();
}

GatewayStream::Next GatewayStream::Decide() {
  if (writing_ || cancelling_ || finished_) return Next::kNothing;
  if (closing_) {
    finished_ = true;
    return Next::kFinish;
  }
  if (queue_.empty()) return Next::kNothing;
  outgoing_ = std::move(queue_.front());
  queue_.pop_front();
  queued_bytes_ -= outgoing_.ByteSizeLong();
  writing_ = true;
  return Next::kWrite;
}

void GatewayStream::Act(Next next) {
  if (next == Next::kWrite) StartWrite(&outgoing_);
  if (next == Next::kFinish) {
    grpc::Status reason;
    {
      absl::MutexLock lock(&mutex_);
      reason = reason_;
    }
    Finish(reason);
  }
}

bool GatewayStream::Send(ToAgent message) {
  agent::v1::GatewayMessage rendered = RenderToAgent(std::move(message));
  const size_t bytes = rendered.ByteSizeLong();
  Next next = Next::kNothing;
  bool full = false;
  {
    absl::MutexLock lock(&mutex_);
    if (closing_) return false;
    full = queue_.size() >= kMaxQueuedMessages ||
           queued_bytes_ + bytes > kMaxQueuedBytes;
    if (!full) {
      queue_.push_back(std::move(rendered));
      queued_bytes_ += bytes;
      next = Decide();
    }
  }
  if (full) {
    Close(absl::ResourceExhaustedError("the agent does not read its messages"));
    return false;
  }
  Act(next);
  return true;
}

void GatewayStream::Close(const absl::Status& reason) {
  Next next = Next::kNothing;
  {
    absl::MutexLock lock(&mutex_);
    if (closing_) return;
    closing_ = true;
    reason_ = rpc::ToGrpc(reason);
    queue_.clear();
    queued_bytes_ = 0;
    next = Decide();
  }
  if (next == Next::kFinish) return Act(next);
  executor_.PostAfter(kLastWrite, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->CancelWrite();
  });
}

// While it says so in cancelling_ nothing is finished: the call is still there.
void GatewayStream::CancelWrite() {
  {
    absl::MutexLock lock(&mutex_);
    if (!writing_) return;
    cancelling_ = true;
  }
  call_.TryCancel();
  Next next = Next::kNothing;
  {
    absl::MutexLock lock(&mutex_);
    cancelling_ = false;
    next = Decide();
  }
  Act(next);
}

void GatewayStream::OnReadDone(bool ok) {
  if (!ok) {
    Close(absl::OkStatus());
    return;
  }
  if (!IsClosing()) PassOn(incoming_);
  incoming_.Clear();
  // Of who is to go the rest is read and dropped: it must not wait for us.
  StartRead(&incoming_);
}

bool GatewayStream::IsClosing() {
  absl::MutexLock lock(&mutex_);
  return closing_;
}

void GatewayStream::PassOn(const agent::v1::AgentMessage& incoming) {
  absl::StatusOr<FromAgent> message = ParseAgentMessage(incoming, clock_.Now());
  if (message.ok()) {
    session_->OnMessage(*std::move(message));
  } else {
    session_->OnUnreadable(message.status());
  }
}

void GatewayStream::OnWriteDone(bool ok) {
  Next next = Next::kNothing;
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    next = Decide();
  }
  Act(next);
  if (!ok) Close(absl::UnavailableError("the agent is gone"));
}

void GatewayStream::OnCancel() {
  Close(absl::CancelledError("the agent has gone"));
}

void GatewayStream::OnDone() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    finished_ = true;
  }
  hub_.Disconnect(session_);
  session_.reset();
  const std::shared_ptr<GatewayStream> last = std::move(self_);
}

}  // namespace cardferry::orchestrator
