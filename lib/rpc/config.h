#ifndef CARDFERRY_LIB_RPC_CONFIG_H_
#define CARDFERRY_LIB_RPC_CONFIG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/tls_files.h"
#include "proto/cardferry/config/v1/tls.pb.h"

namespace cardferry::rpc {

// Parses a configuration in text format whole: an unknown field, a repeated
// singular field or a slip of the pen is INVALID_ARGUMENT, with every fault as
// "source:line:column: what". `message` is changed only on success.
absl::Status ParseTextproto(const std::string& text, const std::string& source,
                            google::protobuf::Message& message);

// ParseTextproto of a file of at most 1 MiB.
absl::Status ReadTextproto(const std::string& path,
                           google::protobuf::Message& message);

// ReadTextproto as a factory: LoadTextproto<pb::KeyvaultConfig>(path).
template <typename T>
absl::StatusOr<T> LoadTextproto(const std::string& path) {
  T message;
  RETURN_IF_ERROR(ReadTextproto(path, message));
  return message;
}

// INVALID_ARGUMENT, naming the field, when one of the three is missing.
absl::StatusOr<TlsFiles> ToTlsFiles(const config::v1::TlsFiles& files);

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_CONFIG_H_
