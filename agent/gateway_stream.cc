#include "agent/gateway_stream.h"

#include <chrono>
#include <utility>

#include "agent/gateway_call.h"
#include "agent/reconnect_policy.h"
#include "lib/base/log.h"

namespace cardferry::agent {
namespace {

void LogEnd(const absl::Status& status, absl::Duration wait) {
  const bool refused = ReconnectPolicy::IsRefusal(status);
  Log(refused ? LogLevel::kError : LogLevel::kWarning,
      refused ? "the server does not let this agent in: it was revoked, or its "
                "certificate is not accepted; ask the operator"
              : "no stream to the server; trying again",
      {{"status", status},
       {"next_try_in_ms", absl::ToInt64Milliseconds(wait)}});
}

}  // namespace

GatewayStream::GatewayStream(std::shared_ptr<grpc::Channel> channel,
                             RandomSource& random)
    : channel_(std::move(channel)), random_(random) {}

GatewayStream::~GatewayStream() { Stop(absl::ZeroDuration()); }

void GatewayStream::Start(OnEvent on_event) {
  on_event_ = std::move(on_event);
  thread_ = std::thread([this] { Run(); });
}

void GatewayStream::Stop(absl::Duration patience) {
  std::shared_ptr<GatewayCall> call;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    call = call_;
  }
  if (call != nullptr) {
    call->Close();
    if (!call->AwaitEnd(patience)) call->Cancel();
  }
  if (thread_.joinable()) thread_.join();
}

void GatewayStream::Run() {
  ReconnectPolicy policy;
  absl::Duration wait;
  do {
    const auto start = std::chrono::steady_clock::now();
    const absl::Status status = RunOneCall();
    wait = policy.Next(
        status, absl::FromChrono(std::chrono::steady_clock::now() - start),
        random_);
    if (!Stopping()) LogEnd(status, wait);
  } while (Wait(wait));
}

bool GatewayStream::Stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

void GatewayStream::OnMessage(const v1::GatewayMessage& message) {
  absl::StatusOr<AddressedEvent> event = FromProto(message);
  if (!event.ok()) {
    LogError("message of the server refused", {{"status", event.status()}});
    return;
  }
  if (const auto* part = std::get_if<PartReceived>(&event->event)) {
    absl::MutexLock lock(&mutex_);
    packets_.insert(part->part.packet_id);
  }
  on_event_(*std::move(event));
}

absl::Status GatewayStream::RunOneCall() {
  const auto stub = v1::AgentGateway::NewStub(channel_);
  auto call = std::make_shared<GatewayCall>(
      [this](const v1::GatewayMessage& message) { OnMessage(message); });
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return absl::CancelledError("the agent stops");
    call_ = call;
    packets_.clear();
    call->Start(*stub, Hello());
  }
  on_event_({"", Connected{}});
  call->AwaitEnd(absl::InfiniteDuration());
  {
    absl::MutexLock lock(&mutex_);
    call_ = nullptr;
  }
  on_event_({"", Disconnected{}});
  return call->status();
}

bool GatewayStream::Wait(absl::Duration time) {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), time);
}

v1::AgentMessage GatewayStream::Hello() const {
  std::vector<ReaderPresence> readers;
  for (const auto& [name, presence] : readers_) readers.push_back(presence);
  return HelloProto(readers);
}

void GatewayStream::SendNow(v1::AgentMessage message) {
  if (call_ != nullptr) call_->Send(std::move(message));
}

void GatewayStream::Send(const std::string& reader, const SendAnswer& answer) {
  absl::MutexLock lock(&mutex_);
  SendNow(ToProto(reader, answer));
}

void GatewayStream::Send(const Report& report) {
  absl::MutexLock lock(&mutex_);
  packets_.erase(report.packet_id);  // it has no more progress
  SendNow(ToProto(report));
}

void GatewayStream::Send(const Progress& progress) {
  absl::MutexLock lock(&mutex_);
  if (packets_.count(progress.packet_id) == 0) return;
  SendNow(ToProto(progress));
}

void GatewayStream::Show(const ReaderPresence& presence) {
  absl::MutexLock lock(&mutex_);
  if (presence.removed) {
    readers_.erase(presence.reader);
  } else {
    readers_[presence.reader] = presence;
  }
  SendNow(ToProto(presence));
}

void GatewayStream::ShowStored(const std::vector<std::string>& ids) {
  absl::MutexLock lock(&mutex_);
  SendNow(StoredProto(ids));
}

void GatewayStream::ShowTrouble(const std::string& reader,
                                const std::string& trouble) {
  absl::MutexLock lock(&mutex_);
  const auto found = readers_.find(reader);
  if (found == readers_.end()) return;
  found->second.trouble = trouble;
  SendNow(ToProto(found->second));
}

}  // namespace cardferry::agent
