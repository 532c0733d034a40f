#ifndef CARDFERRY_LIB_RPC_PROCESS_SETUP_H_
#define CARDFERRY_LIB_RPC_PROCESS_SETUP_H_

#include "absl/status/status.h"

namespace cardferry::rpc {

// What a process needs before its first connection; the second time does
// nothing. INTERNAL when OpenSSL does not do as told. From then on
// * every TLS context of this process speaks TLS 1.3 only and gives out no
//   session tickets (each connection shows its certificate anew), because
//   gRPC 1.51 has no option for either;
// * gRPC writes to our log, errors only, and no trace of the GRPC_TRACE
//   environment variable, which would write payloads.
absl::Status PrepareProcess();

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_PROCESS_SETUP_H_
