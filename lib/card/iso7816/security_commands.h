#ifndef CARDFERRY_LIB_CARD_ISO7816_SECURITY_COMMANDS_H_
#define CARDFERRY_LIB_CARD_ISO7816_SECURITY_COMMANDS_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/status_word.h"

// Commands that open access to files (ISO/IEC 7816-4, 11.6), plain.
namespace cardferry::card {

// Reference data: its number, 1 to 31, of the card or of the current DF (P2 bit
// 80; 11.6.1).
struct ReferenceData {
  uint8_t number = 1;
  bool of_current_df = false;
};

// VERIFY without data: asks whether it is still wanted (9000: no), and for the
// tries that are left (63CX). INVALID_ARGUMENT for another number.
absl::StatusOr<CommandApdu> AskTriesLeft(const ReferenceData& reference);

// The tries that a status word leaves: X of 63CX, 0 for 6983.
std::optional<int> TriesLeft(StatusWord sw);

// GET CHALLENGE of `size` bytes, 1 to 256: INVALID_ARGUMENT otherwise.
absl::StatusOr<CommandApdu> GetChallenge(size_t size);

// MUTUAL AUTHENTICATE: the host's cryptogram and MAC, answered by the card's of
// the same size. `algorithm` and `key` (P1, P2) are 0 where the card knows
// them. INVALID_ARGUMENT for no token or one of more than 255 bytes.
absl::StatusOr<CommandApdu> MutualAuthenticate(ByteSpan token,
                                               uint8_t algorithm = 0,
                                               uint8_t key = 0);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_ISO7816_SECURITY_COMMANDS_H_
