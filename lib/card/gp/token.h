#ifndef CARDFERRY_LIB_CARD_GP_TOKEN_H_
#define CARDFERRY_LIB_CARD_GP_TOKEN_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"

// Tokens allow, and receipts confirm, what another than the issuer does with a
// card's content (GPCS 2.3.1, 9.2.3 and C.4, C.5). Who signs is not known here.
namespace cardferry::card {

// What the token of this plain INSTALL or DELETE is a signature of (C.4):
//   P1 | P2 | Lc of the data without the token field | these data
// INSTALL carries an empty token (its last byte is 00), DELETE none.
// INVALID_ARGUMENT for another command, or one that has its token.
absl::StatusOr<Bytes> TokenMessage(const CommandApdu& command);

// The same command with its token: INSTALL as its last field, DELETE with tag
// 9E (11.2.2.3). INVALID_ARGUMENT as above, and for an empty token.
// RESOURCE_EXHAUSTED for a short command that would become an extended one.
absl::StatusOr<CommandApdu> WithToken(const CommandApdu& command,
                                      ByteSpan token);

// What a card answers to the last LOAD, INSTALL or DELETE of somebody else's
// (11.1.6): length (1, or 81 and 1) and receipt, confirmation data.
struct Confirmation {
  Bytes receipt;  // empty: the card gives none
  // Length and confirmation counter, length and card's unique data, and more
  // where the issuer wants it: what the receipt begins to sign.
  Bytes confirmation_data;
  uint32_t counter = 0;  // big-endian, at most 4 bytes

  // INVALID_ARGUMENT for what is none.
  static absl::StatusOr<Confirmation> Parse(ByteSpan answer);
};

// What a receipt is a signature of (C.5): the confirmation data, then AIDs with
// their lengths. LOAD: the load file and its security domain.
Bytes LoadReceiptMessage(ByteSpan confirmation_data, const Aid& load_file,
                         const Aid& security_domain);
Bytes InstallReceiptMessage(ByteSpan confirmation_data, const Aid& load_file,
                            const Aid& instance);
// From one security domain to another.
Bytes ExtraditionReceiptMessage(ByteSpan confirmation_data, const Aid& from,
                                const Aid& content, const Aid& to);
Bytes DeleteReceiptMessage(ByteSpan confirmation_data, const Aid& content);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_GP_TOKEN_H_
