#include "agent/transport_answers.h"

#include <optional>

#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

using card::CommandApdu;
using card::CommandHeader;
using card::ResponseApdu;

constexpr uint8_t kGetResponse = 0xC0;
constexpr size_t kLargestAnswer = 65536;

// Secure messaging in CLA (ISO/IEC 7816-4, 5.4.1): bits 04 and 08 in the first
// interindustry and GlobalPlatform form, bit 20 in the further one (CLA 4x-7x,
// Cx-Fx).
bool HasSecureMessaging(uint8_t cla) {
  return (cla & 0x40) != 0 ? (cla & 0x20) != 0 : (cla & 0x0C) != 0;
}

uint32_t WantedLength(uint8_t sw2) { return sw2 == 0 ? 256 : sw2; }

absl::StatusOr<ResponseApdu> Send(const CommandApdu& command, bool t0,
                                  const ExchangeBytes& exchange) {
  Bytes encoded = command.Encode();
  if (t0 && !command.data().empty() && command.le() && !command.IsExtended()) {
    encoded.pop_back();
  }
  ASSIGN_OR_RETURN(const Bytes answer, exchange(encoded));
  return ResponseApdu::Parse(answer);
}

// The logical channel stays, secure messaging does not: GET RESPONSE belongs to
// the transport.
CommandHeader GetResponseHeader(uint8_t cla) {
  const uint8_t channel = (cla & 0x40) != 0 ? cla & 0x4F : cla & 0x03;
  return {channel, kGetResponse, 0, 0};
}

absl::StatusOr<ResponseApdu> SendGetResponse(uint8_t cla, uint32_t length,
                                             bool t0,
                                             const ExchangeBytes& exchange) {
  ASSIGN_OR_RETURN(const CommandApdu command,
                   CommandApdu::Create(GetResponseHeader(cla), {}, length));
  return Send(command, t0, exchange);
}

// What the card holds ready: `length` bytes, as it says itself. When it then
// names another length it gets one more GET RESPONSE, with that one.
absl::StatusOr<ResponseApdu> FetchMore(uint8_t cla, uint32_t length, bool t0,
                                       const ExchangeBytes& exchange) {
  ASSIGN_OR_RETURN(ResponseApdu answer,
                   SendGetResponse(cla, length, t0, exchange));
  if (answer.sw.sw1() != 0x6C) return answer;
  return SendGetResponse(cla, WantedLength(answer.sw.sw2()), t0, exchange);
}

}  // namespace

absl::StatusOr<ResponseApdu> TransmitWhole(const CommandApdu& command, bool t0,
                                           const ExchangeBytes& exchange) {
  ASSIGN_OR_RETURN(ResponseApdu answer, Send(command, t0, exchange));
  if (answer.sw.sw1() == 0x6C && !HasSecureMessaging(command.header().cla)) {
    ASSIGN_OR_RETURN(const CommandApdu again,
                     CommandApdu::Create(command.header(), command.data(),
                                         WantedLength(answer.sw.sw2())));
    ASSIGN_OR_RETURN(answer, Send(again, t0, exchange));
  }
  Bytes data = answer.data;
  while (answer.sw.sw1() == 0x61) {
    ASSIGN_OR_RETURN(
        answer, FetchMore(command.header().cla, WantedLength(answer.sw.sw2()),
                          t0, exchange));
    if (answer.data.empty() && answer.sw.sw1() == 0x61) {
      return absl::DataLossError("the card offers bytes and never gives them");
    }
    Append(data, answer.data);
    if (data.size() > kLargestAnswer) {
      return absl::DataLossError("the card's answer has no end");
    }
  }
  return ResponseApdu{std::move(data), answer.sw};
}

}  // namespace cardferry::agent
