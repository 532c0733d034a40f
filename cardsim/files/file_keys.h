#ifndef CARDFERRY_CARDSIM_FILES_FILE_KEYS_H_
#define CARDFERRY_CARDSIM_FILES_FILE_KEYS_H_

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/files/file_messaging.h"
#include "lib/base/bytes.h"
#include "lib/base/random.h"

namespace cardferry::cardsim {

// The card's end of MUTUAL AUTHENTICATE (ICAO Doc 9303-11, 4.3), triple DES, or
// the same in blocks of 16 with AES:
//   command E || MAC(E), E = ENC(RND.IFD || RND.IC || K.IFD)
//   answer  E || MAC(E), E = ENC(RND.IC || RND.IFD || K.IC)
struct Authentication {
  Bytes answer;
  FileMessaging session;
};

inline constexpr size_t kFileChallengeSize = 8;

// INVALID_ARGUMENT unless `keys` can do that: triple DES of 16 bytes, AES of 16
// or 32.
absl::Status CheckFileKeys(const KeySet& keys);

// `challenge` (RND.IC) is what GET CHALLENGE has given. 6700 for another length
// of `token`, 6300 when it was not made with these keys for this challenge.
absl::StatusOr<Authentication> AnswerAuthentication(const KeySet& keys,
                                                    ByteSpan challenge,
                                                    ByteSpan token,
                                                    RandomSource& random);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_FILE_KEYS_H_
