#include "lib/card/script/script.h"

namespace cardferry::card {
namespace {

bool HasStatus(const ScriptCommand& command, StatusWord sw) {
  for (const StatusWordPattern& pattern : command.accepted) {
    if (pattern.Matches(sw)) return true;
  }
  return false;
}

bool IsError(StatusWord sw) {
  return sw != kSuccess && sw.sw1() != 0x62 && sw.sw1() != 0x63;
}

bool MatchesMask(const MaskedData& expected, ByteSpan data) {
  if (data.size() != expected.value.size()) return false;
  if (data.size() != expected.mask.size()) return false;
  for (size_t i = 0; i < data.size(); ++i) {
    if (((data[i] ^ expected.value[i]) & expected.mask[i]) != 0) return false;
  }
  return true;
}

bool HasData(const ExpectedData& expected, const Bytes& data) {
  if (const auto* exact = std::get_if<ExactData>(&expected)) {
    return data == exact->value;
  }
  if (const auto* masked = std::get_if<MaskedData>(&expected)) {
    return MatchesMask(*masked, data);
  }
  return true;
}

}  // namespace

bool IsExpected(const ScriptCommand& command, const ResponseApdu& answer) {
  if (!HasStatus(command, answer.sw)) return false;
  return IsError(answer.sw) || HasData(command.expected, answer.data);
}

}  // namespace cardferry::card
