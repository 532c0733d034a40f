#include "cardsim/channel/messaging.h"

#include "cardsim/card_error.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kClaChannelBits = 0x03;
constexpr uint8_t kPaddingStart = 0x80;

}  // namespace

bool HasSecureMessaging(const card::CommandHeader& header) {
  return (header.cla & kClaSecureMessaging) != 0;
}

absl::Status CheckMessaging(uint8_t level, const card::CommandHeader& header) {
  if (HasSecureMessaging(header) == ((level & kLevelCMac) != 0)) {
    return absl::OkStatus();
  }
  return CardError(kSecurityNotSatisfied,
                   "secure messaging is not that of the session's level");
}

Bytes CMacHeader(const card::CommandApdu& command, size_t lc) {
  const card::CommandHeader& header = command.header();
  Bytes out = {static_cast<uint8_t>(header.cla & ~kClaChannelBits), header.ins,
               header.p1, header.p2};
  if (command.IsExtended() || command.came_extended()) {
    out.push_back(0x00);
    out.push_back(static_cast<uint8_t>(lc >> 8));
  }
  out.push_back(static_cast<uint8_t>(lc));
  return out;
}

absl::Status RemovePadding(Bytes& data) {
  while (!data.empty() && data.back() == 0x00) data.pop_back();
  if (data.empty() || data.back() != kPaddingStart) {
    return CardError(kSecurityNotSatisfied, "command data is not padded");
  }
  data.pop_back();
  return absl::OkStatus();
}

}  // namespace cardferry::cardsim
