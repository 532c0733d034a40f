#include "cardsim/vpcd/logging_card_port.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "lib/base/log.h"

namespace cardferry::cardsim {
namespace {

constexpr size_t kHeaderSize = 4;
constexpr size_t kStatusWordSize = 2;

}  // namespace

std::string DescribeExchange(ByteSpan command, ByteSpan answer) {
  const ByteSpan header = command.subspan(0, kHeaderSize);
  if (answer.empty()) {
    return absl::StrFormat("%s, %d bytes -> no answer", ToHex(header),
                           command.size());
  }
  const ByteSpan sw =
      answer.last(std::min<size_t>(kStatusWordSize, answer.size()));
  return absl::StrFormat("%s, %d bytes -> %s, %d bytes", ToHex(header),
                         command.size(), ToHex(sw), answer.size());
}

void LoggingCardPort::Reset() {
  inner_.Reset();
  LogInfo("reset");
}

absl::StatusOr<Bytes> LoggingCardPort::Transmit(ByteSpan command) {
  absl::StatusOr<Bytes> answer = inner_.Transmit(command);
  LogInfo("command",
          {{"exchange", DescribeExchange(command, answer.value_or(Bytes()))}});
  return answer;
}

}  // namespace cardferry::cardsim
