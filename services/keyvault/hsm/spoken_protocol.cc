#include "services/keyvault/hsm/spoken_protocol.h"

#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"

namespace cardferry::keyvault {

absl::Status CheckSpoken(const scp::ChannelProtocol& protocol) {
  RETURN_IF_ERROR(scp::CheckProtocol(protocol));
  if (protocol.scp != scp::kScp01 && !scp::IsImplicit(protocol) &&
      !scp::IsS16(protocol)) {
    return absl::OkStatus();
  }
  return absl::UnimplementedError(absl::StrFormat(
      "SCP%02X with i %02X, which is not there", protocol.scp, protocol.i));
}

}  // namespace cardferry::keyvault
