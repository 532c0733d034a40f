#ifndef CARDFERRY_LIB_CARD_STATUS_WORDS_ROWS_H_
#define CARDFERRY_LIB_CARD_STATUS_WORDS_ROWS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "lib/card/status_words/explain.h"

// The one table of status words, private to this folder.
namespace cardferry::card {

// Which bits of a status word are a number that "$" stands for in the texts.
enum class Number : uint8_t {
  kNone,
  kBytes,  // SW2, 00 is 256
  kTries,  // the last four bits
};

// A status word, or a family of them, after one command or after any. The texts
// are sentences; `words` is what the standard calls it, in brackets, and only
// rows for any command have it.
struct StatusWordRow {
  CommandName command;
  uint16_t value;
  Number number;
  const char* words;
  const char* cause;
  const char* evidence;
  const char* next_step;
};

// The bits of a row's word that count.
constexpr uint16_t MaskOf(Number number) {
  if (number == Number::kBytes) return 0xFF00;
  return number == Number::kTries ? 0xFFF0 : 0xFFFF;
}

// ISO/IEC 7816-4, 5.6 (tables 5 and 6); GPCS 2.3.1, 11.1.3; Java Card.
absl::Span<const StatusWordRow> RowsForAnyCommand();
// GPCS 2.3.1, 11.2 to 11.11, annexes D and E, Amendment D; ISO/IEC 7816-4, 11.
absl::Span<const StatusWordRow> RowsForOneCommand();
// What a status word in no other row is by its first byte (ISO/IEC 7816-4,
// 5.6): `value` has SW1, 00 in it.
absl::Span<const StatusWordRow> RowsForClasses();

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_STATUS_WORDS_ROWS_H_
