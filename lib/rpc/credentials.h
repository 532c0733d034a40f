#ifndef CARDFERRY_LIB_RPC_CREDENTIALS_H_
#define CARDFERRY_LIB_RPC_CREDENTIALS_H_

#include <memory>

#include "absl/time/time.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "lib/rpc/authorization_table.h"
#include "lib/rpc/identity.h"
#include "lib/rpc/tls_files.h"

namespace cardferry::rpc {

// Credentials of a server that lets in nobody without a verified certificate
// and an identity, and no call that `table` refuses.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(
    const TlsFiles& files, absl::Duration refresh, AuthorizationTable table);

// Credentials of a client that believes only servers of the role `server`.
std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials(
    const TlsFiles& files, absl::Duration refresh, Role server);

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_CREDENTIALS_H_
