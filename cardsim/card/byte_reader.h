#ifndef CARDFERRY_CARDSIM_CARD_BYTE_READER_H_
#define CARDFERRY_CARDSIM_CARD_BYTE_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "cardsim/card_error.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {

// Takes big-endian fields from the front of bytes that a terminal sent. Every
// read past the end is a 6A80.
class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : rest_(bytes) {}

  bool AtEnd() const { return rest_.empty(); }
  size_t remaining() const { return rest_.size(); }

  absl::StatusOr<ByteSpan> Take(size_t size) {
    if (size > rest_.size()) return CardError(kWrongData, "data is cut short");
    const ByteSpan taken = rest_.first(size);
    rest_.remove_prefix(size);
    return taken;
  }

  absl::StatusOr<uint8_t> TakeU8() {
    ASSIGN_OR_RETURN(const ByteSpan byte, Take(1));
    return byte[0];
  }

  absl::StatusOr<uint16_t> TakeU16() {
    ASSIGN_OR_RETURN(const ByteSpan bytes, Take(2));
    return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
  }

  // A length of one byte, then as many bytes.
  absl::StatusOr<ByteSpan> TakeLengthPrefixed() {
    ASSIGN_OR_RETURN(const uint8_t length, TakeU8());
    return Take(length);
  }

 private:
  ByteSpan rest_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_BYTE_READER_H_
