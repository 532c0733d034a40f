#ifndef CARDFERRY_LIB_CARD_SM_SEND_SEQUENCE_COUNTER_H_
#define CARDFERRY_LIB_CARD_SM_SEND_SEQUENCE_COUNTER_H_

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::sm {

// The send sequence counter: one block, big-endian, one more for every command
// and one more for every answer (ICAO Doc 9303-11, 9.8.2). No secret, but
// whoever may set it back makes two messages for one place: keyvault seals it.
class SendSequenceCounter {
 public:
  // INVALID_ARGUMENT unless it has 8 or 16 bytes.
  static absl::StatusOr<SendSequenceCounter> Create(ByteSpan value);

  // The counter `steps` later; from the largest value on it starts with zero.
  SendSequenceCounter After(uint64_t steps) const;

  const Bytes& bytes() const { return value_; }
  bool operator==(const SendSequenceCounter& other) const {
    return value_ == other.value_;
  }

 private:
  explicit SendSequenceCounter(Bytes value) : value_(std::move(value)) {}

  Bytes value_;
};

}  // namespace cardferry::sm

#endif  // CARDFERRY_LIB_CARD_SM_SEND_SEQUENCE_COUNTER_H_
