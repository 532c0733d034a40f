#ifndef CARDFERRY_CARDSIM_CHANNEL_MESSAGING_H_
#define CARDFERRY_CARDSIM_CHANNEL_MESSAGING_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// Bits of the security level, P1 of EXTERNAL AUTHENTICATE (GPCS 2.3.1, table
// E-14; GPC Amendment D, 7.1.2.1).
inline constexpr uint8_t kLevelCMac = 0x01;
inline constexpr uint8_t kLevelCDec = 0x02;
inline constexpr uint8_t kLevelRMac = 0x10;
inline constexpr uint8_t kLevelREnc = 0x20;

// Whether CLA asks for secure messaging (GPCS 2.3.1, 11.1.4): bit 04 on logical
// channels 0 to 3, bit 20 on the further ones.
bool HasSecureMessaging(const card::CommandHeader& header);

// The header of the same command without secure messaging, on the same logical
// channel.
card::CommandHeader WithoutSecureMessaging(card::CommandHeader header);

// 6982 unless the command has secure messaging exactly where `level` wants it.
absl::Status CheckMessaging(uint8_t level, const card::CommandHeader& header);

// The start of what a C-MAC covers, for a command of `lc` bytes of data with
// the MAC:
//   CLA INS P1 P2 Lc
// CLA as sent, but for logical channel 0; Lc in three bytes where the command
// came so, needed or not.
Bytes CMacHeader(const card::CommandApdu& command, size_t lc);

// The same with the CLA that the command had before its secure messaging.
Bytes PlainMacHeader(const card::CommandApdu& command, size_t lc);

// The data before a MAC of `mac_size` bytes. 6982 when there is no room for it.
absl::StatusOr<ByteSpan> WithoutMac(const card::CommandApdu& command,
                                    size_t mac_size);

// Whether an answer with this status word carries an R-MAC: 9000 and warnings
// do, errors go out bare.
bool CarriesRMac(card::StatusWord sw);

// Takes away 80 00.. (ISO/IEC 9797-1, padding method 2). 6982 when it is not
// there.
absl::Status RemovePadding(Bytes& data);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_MESSAGING_H_
