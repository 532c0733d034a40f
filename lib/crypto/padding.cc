#include "lib/crypto/padding.h"

namespace cardferry::crypto {

Bytes Iso9797Padded(ByteSpan data, size_t block) {
  Bytes padded(data.begin(), data.end());
  padded.resize((data.size() / block + 1) * block);
  padded[data.size()] = 0x80;
  return padded;
}

absl::Status RemoveIso9797Padding(Bytes& padded) {
  size_t end = padded.size();
  while (end > 0 && padded[end - 1] == 0x00) --end;
  if (end == 0 || padded[end - 1] != 0x80) {
    return absl::InvalidArgumentError("padding is wrong");
  }
  padded.resize(end - 1);
  return absl::OkStatus();
}

}  // namespace cardferry::crypto
