#ifndef CARDFERRY_LIB_CARD_SCP_SECURITY_LEVEL_H_
#define CARDFERRY_LIB_CARD_SCP_SECURITY_LEVEL_H_

#include <cstdint>

#include "lib/card/scp/channel_protocol.h"

namespace cardferry::scp {

// The security level of EXTERNAL AUTHENTICATE's P1 (GPCS 2.3.1, table E-12 and
// Amendment D, 7.1.2.1): bits 01 C-MAC, 02 C-DECRYPTION, 10 R-MAC, 20 R-ENC.
enum class SecurityLevel : uint8_t {
  kNone = 0x00,
  kCMac = 0x01,
  kCDecCMac = 0x03,
  kCMacRMac = 0x11,
  kCDecCMacRMac = 0x13,
  kCDecCMacRMacREnc = 0x33,
};

// What a level asks for.
bool HasCMac(SecurityLevel level);
bool HasCDec(SecurityLevel level);
bool HasRMac(SecurityLevel level);
bool HasREnc(SecurityLevel level);

// Whether a session of `protocol` may have this level: it is listed above and
// the protocol's `i` has what it asks for (R-MAC and, for SCP03, R-ENC). SCP02
// with implicit initiation has kCMac only; its R-MACs come with BEGIN R-MAC
// SESSION.
bool IsLegal(const ChannelProtocol& protocol, SecurityLevel level);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SECURITY_LEVEL_H_
