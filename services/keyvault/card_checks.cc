#include "services/keyvault/card_checks.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"

namespace cardferry::keyvault {
namespace {

absl::StatusOr<uint8_t> OptionsOf(const scp::InitializeUpdateResponse& answer,
                                  uint32_t channel_options) {
  if (answer.i.has_value()) {
    if (channel_options == 0 || channel_options == *answer.i) return *answer.i;
    return absl::InvalidArgumentError(absl::StrFormat(
        "the card says i %02X, the caller %02X", *answer.i, channel_options));
  }
  if (channel_options == 0) {
    return absl::InvalidArgumentError(
        "this card does not say its i: channel_options must");
  }
  if (channel_options > 0xFF) {
    return absl::InvalidArgumentError("channel_options is not one byte");
  }
  return static_cast<uint8_t>(channel_options);
}

}  // namespace

absl::Status CheckLevelFloor(uint32_t floor) {
  switch (floor) {
    case 0x00:
    case 0x01:
    case 0x03:
    case 0x11:
    case 0x13:
    case 0x33:
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError(absl::StrFormat(
          "level_floor is %02X, must be 00, 01, 03, 11, 13 or 33", floor));
  }
}

scp::SecurityLevel DefaultLevelFloor(const scp::ChannelProtocol& protocol) {
  for (const scp::SecurityLevel level :
       {scp::SecurityLevel::kCDecCMacRMacREnc,
        scp::SecurityLevel::kCDecCMacRMac, scp::SecurityLevel::kCDecCMac}) {
    if (scp::IsLegal(protocol, level)) return level;
  }
  return scp::SecurityLevel::kCMac;
}

absl::StatusOr<scp::SecurityLevel> ChooseLevel(
    const scp::ChannelProtocol& protocol, std::optional<uint8_t> policy_floor,
    uint32_t requested_floor) {
  RETURN_IF_ERROR(CheckLevelFloor(requested_floor));
  const uint8_t floor =
      policy_floor.value_or(static_cast<uint8_t>(DefaultLevelFloor(protocol)));
  const auto level = static_cast<scp::SecurityLevel>(
      floor | static_cast<uint8_t>(requested_floor));
  if (level == scp::SecurityLevel::kNone) {
    return absl::InvalidArgumentError("a session without protection (00)");
  }
  if (scp::IsLegal(protocol, level)) return level;
  return absl::InvalidArgumentError(absl::StrFormat(
      "security level %02X is wanted, which SCP%02X with i %02X does not have",
      static_cast<uint8_t>(level), protocol.scp, protocol.i));
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

const std::set<uint8_t>& DefaultChannelOptions(uint8_t scp) {
  // Without ICV encryption (bit 10) a C-MAC goes on from a value that everybody
  // has seen; with one base key (SCP02 without bit 01) all keys are one. With
  // pseudo-random challenges (bit 40) they follow from the counter, which a
  // broken-off session does not move: an agent could keep a session's packet
  // and run it later, or have two made for one counter. With implicit
  // initiation nothing shows the card's keys before the packet is made.
  static const auto* const scp01 = new std::set<uint8_t>{0x15};
  static const auto* const scp02 = new std::set<uint8_t>{0x15, 0x35};
  static const auto* const scp03 = new std::set<uint8_t>{
      0x00, 0x10, 0x20, 0x30, 0x60, 0x70, 0x01, 0x11, 0x21, 0x31, 0x61, 0x71};
  switch (scp) {
    case scp::kScp01:
      return *scp01;
    case scp::kScp02:
      return *scp02;
    default:
      return *scp03;
  }
}

absl::StatusOr<scp::ChannelProtocol> ChooseProtocol(
    const scp::InitializeUpdateResponse& answer, uint32_t channel_options,
    const KeySetDescription& key_set, const std::set<uint8_t>& allowed) {
  if (answer.scp != key_set.scp()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the card offers SCP%02X, the keys of key set %s are for SCP%02X only",
        answer.scp, key_set.name, key_set.scp()));
  }
  ASSIGN_OR_RETURN(const uint8_t i, OptionsOf(answer, channel_options));
  const scp::ChannelProtocol protocol = {answer.scp, i};
  RETURN_IF_ERROR(Annotate(scp::CheckProtocol(protocol), "the card offers"));
  const std::set<uint8_t>& set =
      allowed.empty() ? DefaultChannelOptions(protocol.scp) : allowed;
  if (set.count(i) != 0) return protocol;
  return absl::InvalidArgumentError(absl::StrFormat(
      "key set %s does not allow SCP%02X with i %02X (channel_options of its "
      "policy)",
      key_set.name, protocol.scp, i));
}

}  // namespace cardferry::keyvault
