#include "lib/card/gp/token.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

constexpr uint8_t kInstall = 0xE6;
constexpr uint8_t kDelete = 0xE4;
constexpr uint8_t kTokenTag = 0x9E;
constexpr uint8_t kTwoByteLength = 0x81;
constexpr size_t kMaxCounterBytes = 4;

// length (1 byte, or 81 and 1) | value, at the front of `rest`, which moves
// past it. nullopt when it is cut short.
std::optional<ByteSpan> TakeField(ByteSpan& rest) {
  size_t header = 1;
  if (!rest.empty() && rest[0] == kTwoByteLength) header = 2;
  if (rest.size() < header) return std::nullopt;
  const size_t length = rest[header - 1];
  if (rest.size() < header + length) return std::nullopt;
  const ByteSpan value = rest.subspan(header, length);
  rest = rest.subspan(header + length);
  return value;
}

// INSTALL's data without the empty token at its end.
absl::StatusOr<ByteSpan> InstallWithoutToken(ByteSpan data) {
  ByteSpan rest = data;
  std::optional<ByteSpan> last;
  while (!rest.empty()) {
    last = TakeField(rest);
    if (!last.has_value()) {
      return absl::InvalidArgumentError("INSTALL is cut short");
    }
  }
  if (!last.has_value() || !last->empty()) {
    return absl::InvalidArgumentError("INSTALL has its token already");
  }
  return data.first(data.size() - 1);
}

absl::StatusOr<ByteSpan> DeleteWithoutToken(ByteSpan data) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> objects, ParseTlvs(data));
  if (FindTag(objects, kTokenTag).has_value()) {
    return absl::InvalidArgumentError("DELETE has its token already");
  }
  return data;
}

absl::StatusOr<ByteSpan> WithoutToken(const CommandApdu& command) {
  switch (command.header().ins) {
    case kInstall:
      return InstallWithoutToken(command.data());
    case kDelete:
      return DeleteWithoutToken(command.data());
    default:
      return absl::InvalidArgumentError(absl::StrFormat(
          "a command with INS %02X has no token", command.header().ins));
  }
}

void AppendLength(Bytes& out, size_t length, bool extended) {
  if (extended) {
    out.push_back(0);
    out.push_back(static_cast<uint8_t>(length >> 8));
  }
  out.push_back(static_cast<uint8_t>(length));
}

Bytes ReceiptMessage(ByteSpan confirmation_data,
                     const std::vector<const Aid*>& aids) {
  Bytes message(confirmation_data.begin(), confirmation_data.end());
  for (const Aid* aid : aids) AppendLengthValue(message, aid->bytes());
  return message;
}

}  // namespace

absl::StatusOr<Bytes> TokenMessage(const CommandApdu& command) {
  ASSIGN_OR_RETURN(const ByteSpan data, WithoutToken(command));
  Bytes message = {command.header().p1, command.header().p2};
  AppendLength(message, data.size(), command.IsExtended());
  Append(message, data);
  return message;
}

absl::StatusOr<CommandApdu> WithToken(const CommandApdu& command,
                                      ByteSpan token) {
  if (token.empty()) return absl::InvalidArgumentError("the token is empty");
  ASSIGN_OR_RETURN(const ByteSpan plain, WithoutToken(command));
  Bytes data(plain.begin(), plain.end());
  if (command.header().ins == kInstall) {
    AppendLengthValue(data, token);
  } else {
    AppendTlv(data, kTokenTag, token);
  }
  if (!command.IsExtended() && data.size() > CommandApdu::kMaxShortData) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("the command needs %d bytes with its token of %d, %d "
                        "fit",
                        data.size(), token.size(), CommandApdu::kMaxShortData));
  }
  return CommandApdu::Create(command.header(), data, command.le());
}

absl::StatusOr<Confirmation> Confirmation::Parse(ByteSpan answer) {
  ByteSpan rest = answer;
  const std::optional<ByteSpan> receipt = TakeField(rest);
  const ByteSpan confirmation_data = rest;
  const std::optional<ByteSpan> counter =
      receipt.has_value() ? TakeField(rest) : std::nullopt;
  const std::optional<ByteSpan> card =
      counter.has_value() ? TakeField(rest) : std::nullopt;
  if (!card.has_value() || counter->size() > kMaxCounterBytes) {
    return absl::InvalidArgumentError("these are no receipt and confirmation");
  }
  Confirmation confirmation;
  confirmation.receipt.assign(receipt->begin(), receipt->end());
  confirmation.confirmation_data.assign(confirmation_data.begin(),
                                        confirmation_data.end());
  for (const uint8_t byte : *counter) {
    confirmation.counter = confirmation.counter << 8 | byte;
  }
  return confirmation;
}

Bytes LoadReceiptMessage(ByteSpan confirmation_data, const Aid& load_file,
                         const Aid& security_domain) {
  return ReceiptMessage(confirmation_data, {&load_file, &security_domain});
}

Bytes InstallReceiptMessage(ByteSpan confirmation_data, const Aid& load_file,
                            const Aid& instance) {
  return ReceiptMessage(confirmation_data, {&load_file, &instance});
}

Bytes ExtraditionReceiptMessage(ByteSpan confirmation_data, const Aid& from,
                                const Aid& content, const Aid& to) {
  return ReceiptMessage(confirmation_data, {&from, &content, &to});
}

Bytes DeleteReceiptMessage(ByteSpan confirmation_data, const Aid& content) {
  return ReceiptMessage(confirmation_data, {&content});
}

}  // namespace cardferry::card
