#ifndef CARDFERRY_LIB_CRYPTO_PADDING_H_
#define CARDFERRY_LIB_CRYPTO_PADDING_H_

#include <cstddef>

#include "lib/base/bytes.h"

namespace cardferry::crypto {

// `data` and 80 00.. to whole blocks of `block` bytes, at least one byte
// (ISO/IEC 9797-1, padding method 2).
Bytes Iso9797Padded(ByteSpan data, size_t block);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_PADDING_H_
