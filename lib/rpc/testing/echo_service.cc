#include "lib/rpc/testing/echo_service.h"

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::rpc::testing {
namespace {

absl::Status Answer(const grpc::ServerContextBase& context,
                    const SayRequest& request, SayResponse& response) {
  ASSIGN_OR_RETURN(const Identity caller, PeerIdentity(context));
  response.set_text(request.text());
  response.set_caller(IdentityUri(caller));
  return absl::OkStatus();
}

// Answers each message until the client has said all.
class Conversation final
    : public grpc::ServerBidiReactor<SayRequest, SayResponse> {
 public:
  explicit Conversation(const grpc::CallbackServerContext& context)
      : context_(context) {
    StartRead(&request_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    const absl::Status status = Answer(context_, request_, response_);
    if (!status.ok()) return Finish(ToGrpc(status));
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (ok) StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  const grpc::CallbackServerContext& context_;
  SayRequest request_;
  SayResponse response_;
};

}  // namespace

grpc::Status EchoService::Say(grpc::ServerContext* context,
                              const SayRequest* request,
                              SayResponse* response) {
  ++calls_;
  return ToGrpc(Answer(*context, *request, *response));
}

grpc::ServerBidiReactor<SayRequest, SayResponse>* EchoService::Talk(
    grpc::CallbackServerContext* context) {
  ++calls_;
  return new Conversation(*context);
}

grpc::Status EchoService::Hang(grpc::ServerContext* context,
                               const SayRequest* request,
                               SayResponse* response) {
  ++calls_;
  {
    absl::MutexLock lock(&mutex_);
    ++hanging_;
  }
  while (!released_.WaitForNotificationWithTimeout(absl::Milliseconds(5))) {
    if (context->IsCancelled()) return grpc::Status::CANCELLED;
  }
  return ToGrpc(Answer(*context, *request, *response));
}

void EchoService::WaitUntilHanging(int count) {
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return hanging_ >= count;
  };
  absl::MutexLock lock(&mutex_, absl::Condition(&enough));
}

std::vector<AuthorizationTable::Row> EchoRows(const std::vector<Role>& roles) {
  const std::vector<Role> everybody = {
      Role::kKeyvault, Role::kSequencer, Role::kOrchestrator, Role::kAgent,
      Role::kOperator, Role::kAuditor,   Role::kApprover};
  return {{"/cardferry.rpc.testing.Echo/Say", roles},
          {"/cardferry.rpc.testing.Echo/Talk", roles},
          {"/cardferry.rpc.testing.Echo/Hang", roles},
          {kHealthCheck, everybody},
          {kHealthWatch, everybody},
          {kReflection, everybody}};
}

}  // namespace cardferry::rpc::testing
