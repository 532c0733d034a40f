#include "lib/store/text.h"

#include <cstddef>
#include <cstdint>

namespace cardferry::store {
namespace {

bool IsContinuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// The length of a sequence that begins with `lead`; 0 when none does.
size_t SequenceLength(uint8_t lead) {
  if (lead >= 0x01 && lead <= 0x7F) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// The second byte has the limits that rule out long forms and surrogates.
bool IsSecond(uint8_t lead, uint8_t second) {
  if (lead == 0xE0) return second >= 0xA0 && second <= 0xBF;
  if (lead == 0xED) return second >= 0x80 && second <= 0x9F;
  if (lead == 0xF0) return second >= 0x90 && second <= 0xBF;
  if (lead == 0xF4) return second >= 0x80 && second <= 0x8F;
  return IsContinuation(second);
}

bool IsSequence(absl::string_view bytes) {
  for (size_t i = 1; i < bytes.size(); ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    const bool good = i == 1 ? IsSecond(static_cast<uint8_t>(bytes[0]), byte)
                             : IsContinuation(byte);
    if (!good) return false;
  }
  return true;
}

}  // namespace

bool IsStorableText(absl::string_view text) {
  while (!text.empty()) {
    const size_t length = SequenceLength(static_cast<uint8_t>(text[0]));
    if (length == 0 || length > text.size()) return false;
    if (!IsSequence(text.substr(0, length))) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace cardferry::store
