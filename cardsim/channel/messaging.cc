#include "cardsim/channel/messaging.h"

#include "cardsim/card_error.h"

namespace cardferry::cardsim {
namespace {

// CLA (GPCS 2.3.1, 11.1.4): with bit 40 the channel is 4 to 19, in four bits.
constexpr uint8_t kClaFurther = 0x40;
constexpr uint8_t kClaProprietary = 0x80;
constexpr uint8_t kClaSecureMessaging = 0x04;
constexpr uint8_t kClaFurtherSecureMessaging = 0x20;
constexpr uint8_t kClaChannelBits = 0x03;
constexpr uint8_t kPaddingStart = 0x80;

uint8_t SecureMessagingBit(uint8_t cla) {
  return (cla & kClaFurther) != 0 ? kClaFurtherSecureMessaging
                                  : kClaSecureMessaging;
}

// The CLA of the same command on logical channel 0.
uint8_t OnBasicChannel(uint8_t cla) {
  if ((cla & kClaFurther) == 0) {
    return static_cast<uint8_t>(cla & ~kClaChannelBits);
  }
  const bool secure = (cla & kClaFurtherSecureMessaging) != 0;
  return static_cast<uint8_t>((cla & kClaProprietary) |
                              (secure ? kClaSecureMessaging : 0));
}

Bytes MacHeader(const card::CommandApdu& command, uint8_t cla, size_t lc) {
  const card::CommandHeader& header = command.header();
  Bytes out = {OnBasicChannel(cla), header.ins, header.p1, header.p2};
  if (command.IsExtended() || command.came_extended()) {
    out.push_back(0x00);
    out.push_back(static_cast<uint8_t>(lc >> 8));
  }
  out.push_back(static_cast<uint8_t>(lc));
  return out;
}

}  // namespace

bool HasSecureMessaging(const card::CommandHeader& header) {
  return (header.cla & SecureMessagingBit(header.cla)) != 0;
}

card::CommandHeader WithoutSecureMessaging(card::CommandHeader header) {
  header.cla =
      static_cast<uint8_t>(header.cla & ~SecureMessagingBit(header.cla));
  return header;
}

absl::Status CheckMessaging(uint8_t level, const card::CommandHeader& header) {
  if (HasSecureMessaging(header) == ((level & kLevelCMac) != 0)) {
    return absl::OkStatus();
  }
  return CardError(kSecurityNotSatisfied,
                   "secure messaging is not that of the session's level");
}

Bytes CMacHeader(const card::CommandApdu& command, size_t lc) {
  return MacHeader(command, command.header().cla, lc);
}

Bytes PlainMacHeader(const card::CommandApdu& command, size_t lc) {
  return MacHeader(command, WithoutSecureMessaging(command.header()).cla, lc);
}

absl::StatusOr<ByteSpan> WithoutMac(const card::CommandApdu& command,
                                    size_t mac_size) {
  if (command.data().size() < mac_size) {
    return CardError(kSecurityNotSatisfied, "command is too short for a C-MAC");
  }
  return ByteSpan(command.data()).first(command.data().size() - mac_size);
}

bool CarriesRMac(card::StatusWord sw) {
  return sw == card::kSuccess || sw.sw1() == 0x62 || sw.sw1() == 0x63;
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
