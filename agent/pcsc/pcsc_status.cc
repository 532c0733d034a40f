#include "agent/pcsc/pcsc_status.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace cardferry::agent {
namespace {

absl::StatusCode CodeOf(LONG code) {
  switch (code) {
    case SCARD_W_SECURITY_VIOLATION:
      return absl::StatusCode::kPermissionDenied;
    case SCARD_E_UNKNOWN_READER:
    case SCARD_E_NO_READERS_AVAILABLE:
      return absl::StatusCode::kNotFound;
    case SCARD_E_CANCELLED:
      return absl::StatusCode::kCancelled;
    case SCARD_E_TIMEOUT:
      return absl::StatusCode::kDeadlineExceeded;
    case SCARD_E_INVALID_PARAMETER:
    case SCARD_E_INVALID_VALUE:
    case SCARD_E_INVALID_HANDLE:
    case SCARD_E_INSUFFICIENT_BUFFER:
    case SCARD_E_PROTO_MISMATCH:
    case SCARD_F_INTERNAL_ERROR:
      return absl::StatusCode::kInternal;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

}  // namespace

absl::Status PcscStatus(LONG code, absl::string_view call) {
  if (code == SCARD_S_SUCCESS) return absl::OkStatus();
  return absl::Status(CodeOf(code), absl::StrCat(std::string(call), ": ",
                                                 pcsc_stringify_error(code)));
}

}  // namespace cardferry::agent
