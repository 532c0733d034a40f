#include "lib/card/scp/channel_protocol.h"

#include "absl/strings/str_format.h"

namespace cardferry::scp {
namespace {

// SCP02's bits, see the header.
constexpr uint8_t kThreeKeys = 0x01;
constexpr uint8_t kExplicit = 0x04;
constexpr uint8_t kIcvEncryption = 0x10;
constexpr uint8_t kRMac = 0x20;
constexpr uint8_t kPseudoRandom = 0x40;

constexpr uint8_t kS16 = 0x01;  // SCP03's

bool IsKnownScp02(uint8_t i) {
  constexpr uint8_t kKnown =
      kThreeKeys | kExplicit | kIcvEncryption | kRMac | kPseudoRandom;
  return (i & kExplicit) != 0 && (i & ~kKnown) == 0;
}

bool IsKnownScp03(uint8_t i) {
  switch (i) {
    case 0x00:
    case 0x10:
    case 0x20:
    case 0x30:
    case 0x60:
    case 0x70:
      return true;
    default:  // S16, R-ENC without R-MAC, or reserved
      return false;
  }
}

}  // namespace

absl::Status CheckProtocol(const ChannelProtocol& protocol) {
  if (protocol.scp == kScp02 && IsKnownScp02(protocol.i)) {
    return absl::OkStatus();
  }
  if (protocol.scp == kScp03 && IsKnownScp03(protocol.i)) {
    return absl::OkStatus();
  }
  return absl::UnimplementedError(absl::StrFormat(
      "SCP%02X with i %02X, which is not there", protocol.scp, protocol.i));
}

bool IsS16(const ChannelProtocol& protocol) {
  return protocol.scp == kScp03 && (protocol.i & kS16) != 0;
}

size_t ChallengeLength(const ChannelProtocol& protocol) {
  return IsS16(protocol) ? 16 : 8;
}

size_t SentMacLength(const ChannelProtocol& protocol) {
  return IsS16(protocol) ? 16 : 8;
}

}  // namespace cardferry::scp
