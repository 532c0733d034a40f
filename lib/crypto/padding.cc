#include "lib/crypto/padding.h"

namespace cardferry::crypto {

Bytes Iso9797Padded(ByteSpan data, size_t block) {
  Bytes padded(data.begin(), data.end());
  padded.resize((data.size() / block + 1) * block);
  padded[data.size()] = 0x80;
  return padded;
}

}  // namespace cardferry::crypto
