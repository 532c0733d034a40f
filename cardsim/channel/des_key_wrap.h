#ifndef CARDFERRY_CARDSIM_CHANNEL_DES_KEY_WRAP_H_
#define CARDFERRY_CARDSIM_CHANNEL_DES_KEY_WRAP_H_

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::cardsim {

// How keys are encrypted under a triple DES key: each block by itself, or CBC
// with IV 0 (GPCS 2.3.1, E.4.7).
enum class DesKeyWrap { kEcb, kCbc };

// The key that `wrapped` is under `dek`. 6A80 when it is not whole blocks.
absl::StatusOr<SecretBytes> UnwrapKeyUnderDes(const SecretBytes& dek,
                                              ByteSpan wrapped,
                                              DesKeyWrap mode);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_DES_KEY_WRAP_H_
