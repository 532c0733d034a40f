#include "cardsim/vpcd/card_port.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kPowerOff = 0x00;
constexpr uint8_t kPowerOn = 0x01;
constexpr uint8_t kReset = 0x02;
constexpr uint8_t kGetAtr = 0x04;

}  // namespace

absl::StatusOr<std::optional<Bytes>> AnswerFrame(ByteSpan frame,
                                                 CardPort& card) {
  if (frame.empty()) return std::nullopt;
  if (frame.size() > 1) return card.Transmit(frame);
  switch (frame[0]) {
    case kPowerOff:
    case kPowerOn:
    case kReset:
      card.Reset();
      return std::nullopt;
    case kGetAtr:
      return card.Atr();
    default:
      return std::nullopt;
  }
}

}  // namespace cardferry::cardsim
