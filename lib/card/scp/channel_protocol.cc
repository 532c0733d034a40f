#include "lib/card/scp/channel_protocol.h"

#include "absl/strings/str_format.h"

namespace cardferry::scp {
namespace {

// SCP02's bits, see the header.
constexpr uint8_t kThreeKeys = 0x01;
constexpr uint8_t kUnmodified = 0x02;
constexpr uint8_t kExplicit = 0x04;
constexpr uint8_t kIcvFromAid = 0x08;
constexpr uint8_t kIcvEncryption = 0x10;
constexpr uint8_t kRMac = 0x20;
constexpr uint8_t kPseudoRandom = 0x40;

// SCP03's.
constexpr uint8_t kS16 = 0x01;

bool IsKnownScp01(uint8_t i) { return i == 0x05 || i == 0x15; }

bool IsKnownScp02(uint8_t i) {
  constexpr uint8_t kAlways = kThreeKeys | kIcvEncryption | kRMac;
  constexpr uint8_t kImplicit = kUnmodified | kIcvFromAid;
  if ((i & kExplicit) != 0) {
    return (i & ~(kAlways | kExplicit | kPseudoRandom)) == 0;
  }
  return (i & kImplicit) == kImplicit && (i & ~(kAlways | kImplicit)) == 0;
}

bool IsKnownScp03(uint8_t i) {
  switch (i & ~kS16) {
    case 0x00:
    case 0x10:
    case 0x20:
    case 0x30:
    case 0x60:
    case 0x70:
      return true;
    default:  // R-ENC without R-MAC, or reserved
      return false;
  }
}

bool IsKnown(const ChannelProtocol& protocol) {
  switch (protocol.scp) {
    case kScp01:
      return IsKnownScp01(protocol.i);
    case kScp02:
      return IsKnownScp02(protocol.i);
    case kScp03:
      return IsKnownScp03(protocol.i);
    default:
      return false;
  }
}

}  // namespace

absl::Status CheckProtocol(const ChannelProtocol& protocol) {
  if (IsKnown(protocol)) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrFormat(
      "SCP%02X with i %02X, which is not there", protocol.scp, protocol.i));
}

bool IsS16(const ChannelProtocol& protocol) {
  return protocol.scp == kScp03 && (protocol.i & kS16) != 0;
}

bool IsImplicit(const ChannelProtocol& protocol) {
  return protocol.scp == kScp02 && (protocol.i & kExplicit) == 0;
}

size_t ChallengeLength(const ChannelProtocol& protocol) {
  return IsS16(protocol) ? 16 : 8;
}

size_t SentMacLength(const ChannelProtocol& protocol) {
  return IsS16(protocol) ? 16 : 8;
}

size_t BlockLength(const ChannelProtocol& protocol) {
  return protocol.scp == kScp03 ? 16 : 8;
}

}  // namespace cardferry::scp
