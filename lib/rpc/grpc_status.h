#ifndef CARDFERRY_LIB_RPC_GRPC_STATUS_H_
#define CARDFERRY_LIB_RPC_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace cardferry::rpc {

// The one place where a gRPC status becomes ours and back. Code for code;
// payloads and binary details do not cross.
absl::Status ToAbslStatus(const grpc::Status& status);

// Messages are cut at 1024 bytes, because they travel in a trailer. So that a
// method of a synchronous service reads:
//
//   grpc::Status Protect(grpc::ServerContext* context,
//                        const pb::ProtectRequest* request,
//                        pb::ProtectResponse* response) override {
//     return rpc::ToGrpc(Protect(*request, *response));
//   }
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_GRPC_STATUS_H_
