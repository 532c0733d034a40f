#include "services/keyvault/card_checks.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cardferry::keyvault {
namespace {

constexpr uint8_t kCMac = 0x01;
constexpr uint8_t kCDecCMac = 0x03;

// `i` of SCP03 (GPC Amendment D, 5.1): 10 pseudo-random card challenge, 20
// R-MAC, 40 R-ENCRYPTION (only with R-MAC); 01 would be S16.
constexpr uint8_t kKnownBits = 0x70;
constexpr uint8_t kResponseMac = 0x20;
constexpr uint8_t kResponseEncryption = 0x40;

bool IsSupported(uint8_t i) {
  if ((i & ~kKnownBits) != 0) return false;
  return (i & kResponseEncryption) == 0 || (i & kResponseMac) != 0;
}

}  // namespace

absl::StatusOr<scp::SecurityLevel> ChooseLevel(uint8_t policy_floor,
                                               uint32_t requested_floor) {
  switch (const uint32_t level = policy_floor | requested_floor; level) {
    case 0:
      return absl::InvalidArgumentError("a session without protection (00)");
    case kCMac:
      return scp::SecurityLevel::kCMac;
    case kCDecCMac:
      return scp::SecurityLevel::kCDecCMac;
    default:
      return absl::UnimplementedError(absl::StrFormat(
          "security level %02X is wanted, only 01 and 03 are there", level));
  }
}

absl::StatusOr<std::vector<KeySetDescription>> KeySetsNamed(
    const std::string& name, const std::vector<KeySetDescription>& all) {
  std::vector<KeySetDescription> versions;
  for (const KeySetDescription& one : all) {
    if (one.name == name) versions.push_back(one);
  }
  if (versions.empty()) {
    return absl::NotFoundError(absl::StrCat("no key set ", name));
  }
  return versions;
}

absl::StatusOr<KeySetDescription> KeySetOfCard(
    const scp::InitializeUpdateResponse& answer,
    const std::vector<KeySetDescription>& versions) {
  const KeySetDescription* found = nullptr;
  for (const KeySetDescription& one : versions) {
    if (one.key_version_number != answer.key_version_number) continue;
    if (found != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrFormat("key set %s has several masters for key version %02X",
                          one.name, one.key_version_number));
    }
    found = &one;
  }
  if (found == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the card's keys have version %02X, which its key set "
                        "has no masters for",
                        answer.key_version_number));
  }
  return *found;
}

absl::Status CheckChannel(const scp::InitializeUpdateResponse& answer) {
  if (IsSupported(answer.i)) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrFormat(
      "the card offers SCP03 with i %02X, which is not there", answer.i));
}

}  // namespace cardferry::keyvault
