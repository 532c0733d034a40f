#ifndef CARDFERRY_LIB_CARD_SM_SECURE_MESSAGING_H_
#define CARDFERRY_LIB_CARD_SM_SECURE_MESSAGING_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/sm/send_sequence_counter.h"
#include "lib/card/sm/sm_cipher.h"

namespace cardferry::sm {

// Whether command data is encrypted (DO 87, with an odd instruction 85) or only
// authenticated (81).
enum class Confidentiality { kEncrypted, kPlain };

// The same commands as the card will accept them after `counter`, in order, and
// `counter` past them and their answers (two for each command). All at once:
// one call of Macs and at most one of Encrypt, whatever their number; so a
// whole load is made in advance.
//
// A command (ISO/IEC 7816-4, 10.2; ICAO Doc 9303-11, 9.8.4):
//   CLA | 0C, INS, P1, P2 | [87 {01 cryptogram} | 85 {cryptogram} | 81 {data}]
//   [97 {Le}] 8E {MAC} | Le 00
// MAC over: counter | padded header | padded 87, 85, 81 and 97
//
// On an error `counter` is as before: INVALID_ARGUMENT when a command has
// secure messaging already, another class than 00, or a length that does not
// fit (a short command stays short), or the counter is not one of this cipher.
absl::StatusOr<std::vector<card::CommandApdu>> ProtectCommands(
    SmCipher& cipher, Confidentiality confidentiality,
    SendSequenceCounter& counter, absl::Span<const card::CommandApdu> commands);

// An answer, and how far it can be believed.
struct VerifiedResponse {
  card::ResponseApdu response;  // plain
  // True: its MAC was right, so the card has said this to this command. False:
  // a bare status word without data, which anybody may have said.
  bool proven = false;
};

// The answers to the first commands that were protected after `counter`, in
// their order; there may be fewer answers than commands. A card that has
// answered without secure messaging has ended the session: what comes after is
// not proven either.
//
// An answer (10.2; 9.8.5): [87 | 85 | 81] 99 {SW} 8E {MAC}, then SW as in 99.
// DATA_LOSS, naming the number of the command, when a MAC or the status word
// does not fit, a data object is missing, repeated, unknown or out of order,
// data comes without MAC, or the padding is wrong.
absl::StatusOr<std::vector<VerifiedResponse>> VerifyResponses(
    SmCipher& cipher, const SendSequenceCounter& counter,
    absl::Span<const card::ResponseApdu> responses);

}  // namespace cardferry::sm

#endif  // CARDFERRY_LIB_CARD_SM_SECURE_MESSAGING_H_
