#include "tests/conformance/session_mac_cipher.h"

#include "lib/base/status_macros.h"

namespace cardferry::conformance {
namespace {

constexpr uint8_t kIcvEncryption = 0x10;  // in `i`

}  // namespace

absl::StatusOr<std::vector<Bytes>> SessionMacCipher::MacChain(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  Bytes last(chaining_value.begin(), chaining_value.end());
  std::vector<Bytes> macs;
  for (const Bytes& message : messages) {
    const bool encrypted = !last.empty() && (i_ & kIcvEncryption) != 0;
    last.resize(8);  // zeros before the first
    ASSIGN_OR_RETURN(last,
                     crypto_.RetailMac(session_mac_, last,
                                       encrypted ? HostCrypto::Icv::kEncrypted
                                                 : HostCrypto::Icv::kPlain,
                                       message));
    macs.push_back(last);
  }
  return macs;
}

}  // namespace cardferry::conformance
