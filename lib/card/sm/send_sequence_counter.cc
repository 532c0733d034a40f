#include "lib/card/sm/send_sequence_counter.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace cardferry::sm {

absl::StatusOr<SendSequenceCounter> SendSequenceCounter::Create(
    ByteSpan value) {
  if (value.size() != 8 && value.size() != 16) {
    return absl::InvalidArgumentError(
        absl::StrCat("a send sequence counter of ", value.size(),
                     " bytes; it has 8 (triple DES) or 16 (AES)"));
  }
  return SendSequenceCounter(Bytes(value.begin(), value.end()));
}

SendSequenceCounter SendSequenceCounter::After(uint64_t steps) const {
  Bytes value = value_;
  for (size_t i = value.size(); i-- > 0 && steps != 0;) {
    const uint64_t sum = value[i] + (steps & 0xFF);
    value[i] = static_cast<uint8_t>(sum);
    steps = (steps >> 8) + (sum >> 8);
  }
  return SendSequenceCounter(std::move(value));
}

}  // namespace cardferry::sm
