#include "cardsim/card_error.h"

#include <string>

#include "absl/strings/cord.h"

namespace cardferry::cardsim {
namespace {

constexpr char kPayloadName[] = "cardferry/status-word";  // SW1 SW2

absl::StatusCode CodeFor(card::StatusWord sw) {
  switch (sw.value()) {
    case kAuthenticationFailed.value():
    case kSecurityNotSatisfied.value():
    case kAuthenticationBlocked.value():
      return absl::StatusCode::kUnauthenticated;
    case kConditionsNotSatisfied.value():
      return absl::StatusCode::kFailedPrecondition;
    case kNoSpace.value():
      return absl::StatusCode::kResourceExhausted;
    case kNotFound.value():
    case kReferencedDataNotFound.value():
      return absl::StatusCode::kNotFound;
    case kChannelNotSupported.value():
    case kFunctionNotSupported.value():
    case kInsNotSupported.value():
    case kClaNotSupported.value():
      return absl::StatusCode::kUnimplemented;
    case kInternalError.value():
      return absl::StatusCode::kInternal;
    default:
      return absl::StatusCode::kInvalidArgument;
  }
}

}  // namespace

absl::Status CardError(card::StatusWord sw, absl::string_view why) {
  absl::Status status(CodeFor(sw), why);
  const char payload[] = {static_cast<char>(sw.sw1()),
                          static_cast<char>(sw.sw2())};
  status.SetPayload(kPayloadName,
                    absl::Cord(absl::string_view(payload, sizeof(payload))));
  return status;
}

card::StatusWord StatusWordOf(const absl::Status& status) {
  if (status.ok()) return card::kSuccess;
  const auto payload = status.GetPayload(kPayloadName);
  if (!payload.has_value() || payload->size() != 2) return kInternalError;
  const std::string bytes(*payload);
  return card::StatusWord(static_cast<uint16_t>(
      static_cast<uint8_t>(bytes[0]) << 8 | static_cast<uint8_t>(bytes[1])));
}

}  // namespace cardferry::cardsim
