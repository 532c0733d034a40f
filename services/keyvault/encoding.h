#ifndef CARDFERRY_SERVICES_KEYVAULT_ENCODING_H_
#define CARDFERRY_SERVICES_KEYVAULT_ENCODING_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"

namespace cardferry::keyvault {

// Writes the fields of tickets, tokens and digests one after the other. Numbers
// are big-endian. The same fields in the same order give the same bytes.
class FieldWriter {
 public:
  FieldWriter& Byte(uint8_t value);
  FieldWriter& Uint32(uint32_t value);
  // Microseconds since 1970: 8 bytes.
  FieldWriter& Time(absl::Time value);
  // As they are: for fields of fixed length.
  FieldWriter& Fixed(ByteSpan bytes);
  // After their number in 4 bytes.
  FieldWriter& Counted(ByteSpan bytes);
  FieldWriter& Text(absl::string_view text) { return Counted(AsBytes(text)); }

  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

// Reads what FieldWriter wrote. After a field that is cut short every further
// one is empty or zero; ask Finish() before any of them is used.
class FieldReader {
 public:
  explicit FieldReader(ByteSpan bytes) : rest_(bytes) {}

  uint8_t Byte();
  uint32_t Uint32();
  absl::Time Time();
  template <size_t kSize>
  std::array<uint8_t, kSize> Fixed() {
    std::array<uint8_t, kSize> out = {};
    const ByteSpan bytes = Next(kSize);
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
  }
  Bytes Counted();
  std::string Text() { return AsString(Counted()); }

  // INVALID_ARGUMENT when bytes were missing or are left over.
  absl::Status Finish() const;

 private:
  // `size` bytes, or none when there are fewer.
  ByteSpan Next(size_t size);
  uint64_t Number(size_t size);

  ByteSpan rest_;
  bool cut_ = false;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_ENCODING_H_
