#include "agent/gateway_call.h"

#include <utility>

#include "lib/base/log.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::agent {
namespace {

constexpr size_t kMostWaiting = 1024;

}  // namespace

void GatewayCall::Start(v1::AgentGateway::Stub& stub, v1::AgentMessage hello) {
  context_.set_wait_for_ready(false);
  stub.async()->Connect(&context_, this);
  StartRead(&incoming_);
  {
    absl::MutexLock lock(&mutex_);
    outgoing_.push_back(std::move(hello));
    WriteNext();
  }
  StartCall();
}

void GatewayCall::WriteNext() {
  if (writing_ || half_closed_) return;
  if (!outgoing_.empty()) {
    writing_ = true;
    StartWrite(&outgoing_.front());
  } else if (closing_) {
    half_closed_ = true;
    StartWritesDone();
  }
}

void GatewayCall::Send(v1::AgentMessage message) {
  absl::MutexLock lock(&mutex_);
  if (closing_ || ended_) return;
  // The front one may be on the wire already.
  if (message.has_progress() && outgoing_.size() > 1 &&
      outgoing_.back().has_progress() &&
      outgoing_.back().progress().packet_id() ==
          message.progress().packet_id()) {
    outgoing_.back() = std::move(message);
    return;
  }
  if (outgoing_.size() >= kMostWaiting) {
    context_.TryCancel();
    return;
  }
  outgoing_.push_back(std::move(message));
  WriteNext();
}

void GatewayCall::Close() {
  absl::MutexLock lock(&mutex_);
  if (closing_ || ended_) return;
  closing_ = true;
  WriteNext();
}

void GatewayCall::OnReadDone(bool ok) {
  if (!ok) {
    // The server sends nothing more: end our side too.
    Close();
    return;
  }
  if (!std::exchange(server_has_spoken_, true)) {
    LogInfo("connected to the server");
  }
  on_message_(incoming_);
  StartRead(&incoming_);
}

void GatewayCall::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (!ok) {
    outgoing_.clear();
    closing_ = true;
    half_closed_ = true;  // the call is broken; OnDone follows
    return;
  }
  outgoing_.pop_front();
  WriteNext();
}

void GatewayCall::OnDone(const grpc::Status& status) {
  absl::MutexLock lock(&mutex_);
  status_ = rpc::ToAbslStatus(status);
  ended_ = true;
}

bool GatewayCall::AwaitEnd(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&ended_), timeout);
}

absl::Status GatewayCall::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace cardferry::agent
