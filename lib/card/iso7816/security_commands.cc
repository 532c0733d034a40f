#include "lib/card/iso7816/security_commands.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace cardferry::card {
namespace {

constexpr uint8_t kVerify = 0x20;
constexpr uint8_t kMutualAuthenticate = 0x82;
constexpr uint8_t kGetChallenge = 0x84;
constexpr uint8_t kOfCurrentDf = 0x80;
constexpr uint8_t kMaxReference = 31;

}  // namespace

absl::StatusOr<CommandApdu> AskTriesLeft(const ReferenceData& reference) {
  if (reference.number == 0 || reference.number > kMaxReference) {
    return absl::InvalidArgumentError(absl::StrCat(
        "reference data ", reference.number, ": they are numbered 1 to 31"));
  }
  const auto p2 = static_cast<uint8_t>(
      reference.number | (reference.of_current_df ? kOfCurrentDf : 0));
  return CommandApdu::Create({0x00, kVerify, 0x00, p2}, {});
}

std::optional<int> TriesLeft(StatusWord sw) {
  if (sw.value() == 0x6983) return 0;
  if ((sw.value() & 0xFFF0) == 0x63C0) return sw.value() & 0x0F;
  return std::nullopt;
}

absl::StatusOr<CommandApdu> GetChallenge(size_t size) {
  if (size == 0 || size > CommandApdu::kMaxShortLe) {
    return absl::InvalidArgumentError(
        absl::StrCat("a challenge of ", size, " bytes; 1 to 256 are possible"));
  }
  return CommandApdu::Create({0x00, kGetChallenge, 0x00, 0x00}, {},
                             static_cast<uint32_t>(size));
}

absl::StatusOr<CommandApdu> MutualAuthenticate(ByteSpan token,
                                               uint8_t algorithm, uint8_t key) {
  if (token.empty() || token.size() > CommandApdu::kMaxShortData) {
    return absl::InvalidArgumentError(
        absl::StrCat("an authentication token of ", token.size(),
                     " bytes; 1 to 255 are possible"));
  }
  return CommandApdu::Create({0x00, kMutualAuthenticate, algorithm, key}, token,
                             static_cast<uint32_t>(token.size()));
}

}  // namespace cardferry::card
