#ifndef CARDFERRY_LIB_RPC_TESTING_ECHO_SERVICE_H_
#define CARDFERRY_LIB_RPC_TESTING_ECHO_SERVICE_H_

#include <atomic>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "lib/rpc/authorization_table.h"
#include "lib/rpc/testing/echo.grpc.pb.h"

namespace cardferry::rpc::testing {

// Say and Hang are synchronous, Talk is a callback stream: both kinds of
// service in one.
class EchoService final : public Echo::WithCallbackMethod_Talk<Echo::Service> {
 public:
  grpc::Status Say(grpc::ServerContext* context, const SayRequest* request,
                   SayResponse* response) override;
  grpc::ServerBidiReactor<SayRequest, SayResponse>* Talk(
      grpc::CallbackServerContext* context) override;
  // Returns after Release, or CANCELLED when the call is.
  grpc::Status Hang(grpc::ServerContext* context, const SayRequest* request,
                    SayResponse* response) override;

  // How often a handler began.
  int calls() const { return calls_; }
  // Waits until `count` calls of Hang have begun.
  void WaitUntilHanging(int count);
  // Lets Hang return.
  void Release() { released_.Notify(); }

 private:
  std::atomic<int> calls_{0};
  absl::Mutex mutex_;
  int hanging_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Notification released_;
};

// Rows for Echo (for `roles`), and for health and reflection (for everybody).
std::vector<AuthorizationTable::Row> EchoRows(const std::vector<Role>& roles);

}  // namespace cardferry::rpc::testing

#endif  // CARDFERRY_LIB_RPC_TESTING_ECHO_SERVICE_H_
