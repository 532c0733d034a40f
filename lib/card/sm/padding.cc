#include "lib/card/sm/padding.h"

#include <algorithm>

#include "absl/status/status.h"

namespace cardferry::sm {

Bytes Padded(ByteSpan data, size_t block) {
  // Once in its whole size: no copy stays behind that nobody could wipe.
  Bytes padded((data.size() + block) / block * block);
  std::copy(data.begin(), data.end(), padded.begin());
  padded[data.size()] = 0x80;
  return padded;
}

absl::StatusOr<Bytes> Unpadded(ByteSpan data, size_t block) {
  size_t size = data.size();
  while (size > 0 && data[size - 1] == 0x00) --size;
  if (size == 0 || data[size - 1] != 0x80 || data.size() - size >= block) {
    return absl::DataLossError("the padding is wrong");
  }
  const ByteSpan plain = data.first(size - 1);
  return Bytes(plain.begin(), plain.end());
}

}  // namespace cardferry::sm
