#ifndef CARDFERRY_LIB_CARD_APDU_STATUS_WORD_H_
#define CARDFERRY_LIB_CARD_APDU_STATUS_WORD_H_

#include <cstdint>

namespace cardferry::card {

// SW1SW2 (ISO/IEC 7816-4, 5.6), SW1 in the high byte. lib/card/status_words
// says what they mean.
class StatusWord {
 public:
  constexpr StatusWord() = default;  // 0000: no answer
  constexpr explicit StatusWord(uint16_t value) : value_(value) {}

  constexpr uint16_t value() const { return value_; }
  constexpr uint8_t sw1() const { return static_cast<uint8_t>(value_ >> 8); }
  constexpr uint8_t sw2() const { return static_cast<uint8_t>(value_); }
  constexpr bool operator==(StatusWord other) const {
    return value_ == other.value_;
  }
  constexpr bool operator!=(StatusWord other) const {
    return value_ != other.value_;
  }

 private:
  uint16_t value_ = 0;
};

inline constexpr StatusWord kSuccess{0x9000};

// A set of status words: those equal to `value` in the bits of `mask`.
struct StatusWordPattern {
  uint16_t value = 0x9000;
  uint16_t mask = 0xFFFF;

  constexpr bool Matches(StatusWord sw) const {
    return (sw.value() & mask) == (value & mask);
  }
  constexpr bool operator==(const StatusWordPattern& other) const {
    return value == other.value && mask == other.mask;
  }
};

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_APDU_STATUS_WORD_H_
