#ifndef CARDFERRY_LIB_CARD_SM_PADDING_H_
#define CARDFERRY_LIB_CARD_SM_PADDING_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::sm {

// `data` and 80 00.. to whole blocks, at least one byte (ISO/IEC 9797-1,
// padding method 2).
Bytes Padded(ByteSpan data, size_t block);

// The reverse. DATA_LOSS when there is no 80, or more than a block of padding.
absl::StatusOr<Bytes> Unpadded(ByteSpan data, size_t block);

}  // namespace cardferry::sm

#endif  // CARDFERRY_LIB_CARD_SM_PADDING_H_
