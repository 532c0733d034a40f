#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP03_SESSION_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP03_SESSION_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/scp03_keys.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// Bits of the security level, P1 of EXTERNAL AUTHENTICATE (GPC Amendment D,
// 7.1.2.1).
inline constexpr uint8_t kLevelCMac = 0x01;
inline constexpr uint8_t kLevelCDec = 0x02;
inline constexpr uint8_t kLevelRMac = 0x10;
inline constexpr uint8_t kLevelREnc = 0x20;

// Bit of CLA that says "with secure messaging" (GPCS 2.3.1, 11.1.4).
inline constexpr uint8_t kClaSecureMessaging = 0x04;

// Whether CLA asks for secure messaging.
bool HasSecureMessaging(const card::CommandHeader& header);

// The card's side of one SCP03 session (GPC Amendment D, 6.2). Written from the
// specification alone, without the host's side of this project, so that one
// mistake cannot hide in both. An error means that the session is dead.
class Scp03Session {
 public:
  // `mac_size`: 8 (S8) or 16 (S16) bytes of each MAC are sent.
  Scp03Session(Scp03SessionKeys keys, size_t mac_size);

  // Verifies the C-MAC of EXTERNAL AUTHENTICATE, which has one at every level,
  // and gives its data without the MAC: the host cryptogram.
  absl::StatusOr<Bytes> OpenExternalAuthenticate(
      const card::CommandApdu& command);

  // The level of all that follows.
  void set_level(uint8_t level) { level_ = level; }
  uint8_t level() const { return level_; }

  // The plain command: C-MAC verified, data decrypted, CLA without its secure
  // messaging bit. 6982 when MAC or padding are wrong, or when secure messaging
  // is there and should not be, or the other way round.
  absl::StatusOr<card::CommandApdu> Unwrap(const card::CommandApdu& command);

  // The answer to the last command as the session's level wants it. An error
  // status word goes out bare (6.2.5).
  absl::StatusOr<card::ResponseApdu> Wrap(card::ResponseApdu response) const;

 private:
  absl::Status VerifyCMac(const card::CommandApdu& command);
  absl::StatusOr<Bytes> DecryptCommand(ByteSpan data) const;
  absl::StatusOr<Bytes> EncryptResponse(ByteSpan data) const;
  // The ICV for the running command: its counter, `first` as leading byte.
  absl::StatusOr<Bytes> Icv(uint8_t first) const;

  Scp03SessionKeys keys_;
  size_t mac_size_;
  uint8_t level_ = 0;
  Bytes chaining_value_;          // the last whole C-MAC, 16 bytes
  uint32_t command_counter_ = 0;  // 1 for the first command
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP03_SESSION_H_
