#include "agent/gateway_stream.h"

#include <algorithm>
#include <utility>

#include "agent/gateway_call.h"
#include "lib/base/log.h"

namespace cardferry::agent {
namespace {

constexpr absl::Duration kFirstWait = absl::Milliseconds(200);
constexpr absl::Duration kLongestWait = absl::Seconds(15);

// Between half of `wait` and the whole of it.
absl::Duration Jitter(absl::Duration wait, RandomSource& random) {
  const Bytes dice = random.Draw(1);
  return wait / 2 + wait / 2 * (dice[0] / 255.0);
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
  absl::Duration wait = kFirstWait;
  do {
    wait = RunOneCall() ? kFirstWait : std::min(wait * 2, kLongestWait);
  } while (Wait(Jitter(wait, random_)));
}

bool GatewayStream::RunOneCall() {
  const auto stub = v1::AgentGateway::NewStub(channel_);
  auto call = std::make_shared<GatewayCall>([this](const v1::GatewayMessage&
                                                       message) {
    absl::StatusOr<AddressedEvent> event = FromProto(message);
    if (event.ok()) {
      on_event_(*std::move(event));
    } else {
      LogError("message of the server refused", {{"status", event.status()}});
    }
  });
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return false;
    call_ = call;
    call->Start(*stub, Hello());
  }
  on_event_({"", Connected{}});
  call->AwaitEnd(absl::InfiniteDuration());
  {
    absl::MutexLock lock(&mutex_);
    call_ = nullptr;
    if (!stopping_) {
      LogWarning("stream to the server ended", {{"status", call->status()}});
    }
  }
  on_event_({"", Disconnected{}});
  return call->server_has_spoken();
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
  std::shared_ptr<GatewayCall> call;
  {
    absl::MutexLock lock(&mutex_);
    call = call_;
  }
  if (call != nullptr) call->Send(std::move(message));
}

void GatewayStream::Send(const std::string& reader, const SendAnswer& answer) {
  SendNow(ToProto(reader, answer));
}

void GatewayStream::Send(const std::string&, const SendReport& report,
                         const Measurements& measurements) {
  SendNow(ToProto(report, measurements));
}

void GatewayStream::Send(const Progress& progress) {
  SendNow(ToProto(progress));
}

void GatewayStream::SendReaderState(const std::string& reader,
                                    bool card_present, ByteSpan atr) {
  const ReaderPresence presence{reader, card_present,
                                Bytes(atr.begin(), atr.end())};
  {
    absl::MutexLock lock(&mutex_);
    readers_[reader] = presence;
  }
  SendNow(ToProto(presence));
}

}  // namespace cardferry::agent
