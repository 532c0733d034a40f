#ifndef CARDFERRY_LIB_RPC_CALL_H_
#define CARDFERRY_LIB_RPC_CALL_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/security/auth_context.h"
#include "grpcpp/server_context.h"
#include "lib/rpc/identity.h"

namespace cardferry::rpc {

// Who is at the other end, by the URIs of its verified certificate.
absl::StatusOr<Identity> PeerIdentity(const grpc::AuthContext& context);

// Who makes this call. Never fails for a call that a rpc::Server let through;
// UNAUTHENTICATED on any other transport (in-process channels of tests).
absl::StatusOr<Identity> PeerIdentity(const grpc::ServerContextBase& context);

// The call ends with DEADLINE_EXCEEDED when `timeout` is over. Every call that
// is not a long-lived stream has one.
void SetTimeout(grpc::ClientContext& context, absl::Duration timeout);

// When the caller stops waiting; absl::InfiniteFuture() when it never does.
absl::Time CallDeadline(const grpc::ServerContextBase& context);

// Ends a unary call of a callback service. Handlers of callback services run
// on gRPC's own threads: what waits (HSM, disk) belongs into a synchronous
// service or a thread of its own.
//
//   grpc::ServerUnaryReactor* Hello(grpc::CallbackServerContext* context,
//                                   const pb::HelloRequest* request,
//                                   pb::HelloResponse* response) override {
//     return rpc::FinishUnary(*context, Hello(*request, *response));
//   }
grpc::ServerUnaryReactor* FinishUnary(grpc::CallbackServerContext& context,
                                      const absl::Status& status);

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_CALL_H_
