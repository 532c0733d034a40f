#ifndef CARDFERRY_CARDSIM_CHANNEL_SESSION_H_
#define CARDFERRY_CARDSIM_CHANNEL_SESSION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// The card's side of one secure channel session, whatever its protocol. An
// error means that the session is dead.
class Session {
 public:
  virtual ~Session() = default;

  // Verifies the C-MAC of EXTERNAL AUTHENTICATE, which has one at every level.
  // Not called where a session begins by its first C-MAC.
  virtual absl::Status OpenExternalAuthenticate(
      const card::CommandApdu& command) = 0;

  // The level of all that follows: P1 of EXTERNAL AUTHENTICATE.
  virtual void set_level(uint8_t level) = 0;

  // The plain command: C-MAC verified, data decrypted, CLA without its secure
  // messaging bit. 6982 when MAC or padding are wrong, or when secure messaging
  // is there and should not be, or the other way round.
  virtual absl::StatusOr<card::CommandApdu> Unwrap(
      const card::CommandApdu& command) = 0;

  // The answer to the command that was unwrapped last, as the session's level
  // wants it. Once for each command: a chain of R-MACs moves on.
  virtual absl::StatusOr<card::ResponseApdu> Wrap(
      card::ResponseApdu response) = 0;

  // BEGIN R-MAC SESSION or END R-MAC SESSION, which was unwrapped last, and its
  // plain answer. 6D00 where there is no such command; an error leaves the
  // session as it is.
  virtual absl::StatusOr<card::ResponseApdu> ManageRMac(
      const card::CommandApdu& plain);

  // A key that came encrypted under the data encryption key, in whole blocks.
  // 6A80 for another length.
  virtual absl::StatusOr<SecretBytes> UnwrapKey(ByteSpan wrapped) const = 0;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SESSION_H_
