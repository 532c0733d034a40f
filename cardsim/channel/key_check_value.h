#ifndef CARDFERRY_CARDSIM_CHANNEL_KEY_CHECK_VALUE_H_
#define CARDFERRY_CARDSIM_CHANNEL_KEY_CHECK_VALUE_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::cardsim {

inline constexpr size_t kKeyCheckValueSize = 3;

// The first three bytes of one encrypted block: of zeros under a triple DES key
// (GPCS 2.3.1, B.6), of ones (01) under an AES key (GPC Amendment D, 4.1.3).
// INVALID_ARGUMENT when the key has not the length of its type.
absl::StatusOr<Bytes> KeyCheckValue(KeyType type, const SecretBytes& key);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_KEY_CHECK_VALUE_H_
