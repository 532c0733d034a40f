#include "tests/integration/stand_in_gateway.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

}  // namespace

StandInGateway::StandInGateway() { Start(); }

StandInGateway::~StandInGateway() { Stop(); }

void StandInGateway::Start() {
  rpc::ServerOptions options;
  options.listen_address = absl::StrCat("127.0.0.1:", port_);
  options.tls = pki_.Issue(rpc::Role::kOrchestrator, "stand-in");
  options.authorization = {
      {"/cardferry.agent.v1.AgentGateway/Connect", {rpc::Role::kAgent}},
      {rpc::kHealthCheck, {rpc::Role::kAgent}},
      {rpc::kHealthWatch, {rpc::Role::kAgent}},
      {rpc::kReflection, {rpc::Role::kAgent}}};
  options.services = {this};
  options.drain = absl::ZeroDuration();
  ASSERT_OK_AND_ASSIGN(server_, rpc::Server::Start(options));
  port_ = server_->port();
}

void StandInGateway::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    if (context_ != nullptr) context_->TryCancel();
  }
  server_ = nullptr;
}

std::string StandInGateway::AgentConfiguration() {
  const rpc::TlsFiles tls = pki_.Issue(rpc::Role::kAgent, "kiosk-1");
  return absl::StrCat("gateway: \"127.0.0.1:", port_,
                      "\"\ntls { certificate: \"", tls.certificate,
                      "\" private_key: \"", tls.private_key, "\" ca: \"",
                      tls.ca, "\" }\n");
}

grpc::Status StandInGateway::Connect(grpc::ServerContext* context,
                                     Stream* stream) {
  v1::AgentMessage message;
  while (stream->Read(&message)) {
    absl::MutexLock lock(&mutex_);
    stream_ = stream;  // after its Hello it is spoken to
    context_ = context;
    received_.push_back(message);
  }
  absl::MutexLock lock(&mutex_);
  if (stream_ == stream) {
    stream_ = nullptr;
    context_ = nullptr;
  }
  return grpc::Status::OK;
}

void StandInGateway::Send(const v1::GatewayMessage& message) {
  absl::MutexLock lock(&mutex_);
  ASSERT_NE(stream_, nullptr);
  EXPECT_TRUE(stream_->Write(message));
}

int StandInGateway::FindFrom(const Fits& fits, size_t from) const {
  for (size_t i = from; i < received_.size(); ++i) {
    if (fits(received_[i])) return static_cast<int>(i);
  }
  return -1;
}

v1::AgentMessage StandInGateway::Await(const Fits& fits, size_t from,
                                       size_t* at) {
  absl::MutexLock lock(&mutex_);
  int found = -1;
  const auto there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    found = FindFrom(fits, from);
    return found >= 0;
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&there), kPatience)) {
    ADD_FAILURE() << "the agent has not said what was awaited";
    return {};
  }
  if (at != nullptr) *at = static_cast<size_t>(found);
  return received_[static_cast<size_t>(found)];
}

size_t StandInGateway::received() const {
  absl::MutexLock lock(&mutex_);
  return received_.size();
}

}  // namespace cardferry::agent
