#ifndef CARDFERRY_CARDSIM_CHANNEL_MESSAGING_H_
#define CARDFERRY_CARDSIM_CHANNEL_MESSAGING_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"

namespace cardferry::cardsim {

// Bits of the security level, P1 of EXTERNAL AUTHENTICATE (GPCS 2.3.1, table
// E-14; GPC Amendment D, 7.1.2.1).
inline constexpr uint8_t kLevelCMac = 0x01;
inline constexpr uint8_t kLevelCDec = 0x02;
inline constexpr uint8_t kLevelRMac = 0x10;
inline constexpr uint8_t kLevelREnc = 0x20;

// Bit of CLA that says "with secure messaging" (GPCS 2.3.1, 11.1.4).
inline constexpr uint8_t kClaSecureMessaging = 0x04;

// Whether CLA asks for secure messaging.
bool HasSecureMessaging(const card::CommandHeader& header);

// 6982 unless the command has secure messaging exactly where `level` wants it.
absl::Status CheckMessaging(uint8_t level, const card::CommandHeader& header);

// The start of what a C-MAC covers, for a command of `lc` bytes of data with
// the MAC:
//   CLA INS P1 P2 Lc
// CLA as sent, but for logical channel 0; Lc in three bytes where the command
// came so, needed or not.
Bytes CMacHeader(const card::CommandApdu& command, size_t lc);

// Takes away 80 00.. (ISO/IEC 9797-1, padding method 2). 6982 when it is not
// there.
absl::Status RemovePadding(Bytes& data);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_MESSAGING_H_
