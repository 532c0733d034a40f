#ifndef CARDFERRY_LIB_CRYPTO_PADDING_H_
#define CARDFERRY_LIB_CRYPTO_PADDING_H_

#include <cstddef>

#include "absl/status/status.h"
#include "lib/base/bytes.h"

namespace cardferry::crypto {

// `data` and 80 00.. to whole blocks of `block` bytes, at least one byte
// (ISO/IEC 9797-1, padding method 2).
Bytes Iso9797Padded(ByteSpan data, size_t block);

// Removes that padding from `padded`. INVALID_ARGUMENT when it has none; says
// no more, for whoever asks could learn from it.
absl::Status RemoveIso9797Padding(Bytes& padded);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_PADDING_H_
