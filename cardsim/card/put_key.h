#ifndef CARDFERRY_CARDSIM_CARD_PUT_KEY_H_
#define CARDFERRY_CARDSIM_CARD_PUT_KEY_H_

#include "absl/status/statusor.h"
#include "cardsim/channel/key_ring.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"

namespace cardferry::cardsim {

// PUT KEY (GPCS 2.3.1, 11.8) into `keys` as a plain command of the session that
// `session` has, which is the same ring or that of another security domain:
// adds or replaces a key set, or replaces one key of one; all or nothing. The
// counters of a set that changed start again. The answer: new version (1) |
// check value (3) of each key. Errors of PutKeyCommand::Parse, KeyRing::Add and
// KeyRing::Replace; 6A80 for a check value that does not match, keys of
// different types in one set, and a single key of another type or size than
// that in its place; 6A88 for a single key of a set that is not there.
absl::StatusOr<Bytes> PutKey(const card::CommandApdu& command,
                             const KeyRing& session, KeyRing& keys);

// DELETE of a key set (11.2.3.2), which names D2 { version }; with D0 { key
// identifier } it names one key of it, and sets keep theirs: 6985, or 6A88 for
// a key that is not there. Errors of KeyRing::Delete; 6A86, 6A80.
absl::Status DeleteKey(const card::CommandApdu& command, KeyRing& keys);

// Whether a DELETE is for keys, not for content: D0 or D2 stand in it.
bool IsDeleteKey(const card::CommandApdu& command);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_PUT_KEY_H_
