#ifndef CARDFERRY_CARDSIM_CARD_TOKENS_H_
#define CARDFERRY_CARDSIM_CARD_TOKENS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/card/content_key.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"

namespace cardferry::cardsim {

// INSTALL or DELETE with its token apart.
struct TokenSplit {
  card::CommandApdu command;  // without: INSTALL's last field is empty
  Bytes token;                // or empty
};

// 6A80 for fields or objects that are cut short, and for a token that is there
// twice.
absl::StatusOr<TokenSplit> SplitToken(const card::CommandApdu& command);

// What the token of a command is a signature of (GPCS 2.3.1, C.4):
//   P1 | P2 | Lc of the data without token | these data
// `command` as SplitToken gave it.
Bytes TokenInput(const card::CommandApdu& command);

// 6A80 unless the token is that of the key's owner for this command.
absl::Status CheckToken(const TokenSplit& split, const ContentKey& key);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_TOKENS_H_
