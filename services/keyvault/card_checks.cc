#include "services/keyvault/card_checks.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/channel_protocol.h"

namespace cardferry::keyvault {
namespace {

constexpr uint8_t kCMac = 0x01;
constexpr uint8_t kCDecCMac = 0x03;

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
  return Annotate(scp::CheckProtocol({answer.scp, answer.i.value_or(0)}),
                  "the card offers");
}

}  // namespace cardferry::keyvault
