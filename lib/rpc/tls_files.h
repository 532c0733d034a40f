#ifndef CARDFERRY_LIB_RPC_TLS_FILES_H_
#define CARDFERRY_LIB_RPC_TLS_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "lib/rpc/identity.h"

namespace cardferry::rpc {

// Paths of what one end of a connection shows and believes, all PEM. The files
// are read again while the process runs: replace all of them at once (rename a
// folder or a symbolic link) and new connections use the new ones.
struct TlsFiles {
  // The certificate, then the intermediate ones.
  std::string certificate;
  // Not encrypted; only its owner may read or write it (0400 or 0600).
  std::string private_key;
  // The certificates of the authorities that peers must come from.
  std::string ca;
};

// Reads the files as gRPC will, so that a wrong one stops the start with a
// clear message instead of failing every handshake. Returns our own identity.
// NOT_FOUND and PERMISSION_DENIED (files), INVALID_ARGUMENT (not PEM),
// FAILED_PRECONDITION (key open to others, key of another certificate,
// certificate not valid now), UNAUTHENTICATED (no identity in it).
absl::StatusOr<Identity> CheckTlsFiles(const TlsFiles& files);

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_TLS_FILES_H_
