#include "lib/card/scp/security_level.h"

namespace cardferry::scp {
namespace {

// Bits of `i` (channel_protocol.h), at the same places in SCP02 and SCP03.
constexpr uint8_t kRMacOption = 0x20;
constexpr uint8_t kREncOption = 0x40;  // of SCP03 only

bool HasBit(SecurityLevel level, uint8_t bit) {
  return (static_cast<uint8_t>(level) & bit) != 0;
}

bool IsListed(SecurityLevel level) {
  switch (level) {
    case SecurityLevel::kNone:
    case SecurityLevel::kCMac:
    case SecurityLevel::kCDecCMac:
    case SecurityLevel::kCMacRMac:
    case SecurityLevel::kCDecCMacRMac:
    case SecurityLevel::kCDecCMacRMacREnc:
      return true;
  }
  return false;
}

}  // namespace

bool HasCMac(SecurityLevel level) { return HasBit(level, 0x01); }
bool HasCDec(SecurityLevel level) { return HasBit(level, 0x02); }
bool HasRMac(SecurityLevel level) { return HasBit(level, 0x10); }
bool HasREnc(SecurityLevel level) { return HasBit(level, 0x20); }

bool IsLegal(const ChannelProtocol& protocol, SecurityLevel level) {
  if (!IsListed(level)) return false;
  if (IsImplicit(protocol)) return level == SecurityLevel::kCMac;
  const bool has_rmac =
      protocol.scp != kScp01 && (protocol.i & kRMacOption) != 0;
  const bool has_renc =
      protocol.scp == kScp03 && has_rmac && (protocol.i & kREncOption) != 0;
  return (!HasRMac(level) || has_rmac) && (!HasREnc(level) || has_renc);
}

}  // namespace cardferry::scp
