#include "services/keyvault/key_data.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;
using card::Tlv;

// Data of DELETE (GPC 2.3.1, 11.2.2.3).
constexpr uint32_t kExecutableOrInstance = 0x4F;
constexpr uint32_t kKeyIdentifier = 0xD0;
constexpr uint32_t kKeyVersionNumber = 0xD2;
constexpr uint32_t kSignatureTemplate = 0xB6;  // whose delete token follows
constexpr uint32_t kDeleteToken = 0x9E;

// Data groups and tags that create or replace keys of a security domain: the
// control reference templates A6 (key agreement) and B9 (confidentiality), and
// the groups that carry the values for them.
constexpr uint16_t kKeyGroups[] = {0x00A6, 0x00B9, 0x8113, 0x8F01};
constexpr uint32_t kKeyTags[] = {0xA6, 0xB9};

// P1 of STORE DATA (GPC 2.3.1, 11.11.2.1): bits 80 last block, 60 encryption,
// 18 structure.
constexpr uint8_t kLastBlock = 0x80;
constexpr uint8_t kEncryptionBits = 0x60;
constexpr uint8_t kStructureBits = 0x18;
constexpr uint8_t kNoStructure = 0x00;
constexpr uint8_t kDataGroups = 0x08;
constexpr uint8_t kBerTlv = 0x10;

bool IsKeyGroup(uint16_t group) {
  return std::count(std::begin(kKeyGroups), std::end(kKeyGroups), group) != 0;
}
bool IsKeyTag(uint32_t tag) {
  return std::count(std::begin(kKeyTags), std::end(kKeyTags), tag) != 0;
}

// Data groups, one after the other:
//   DGI (2) | length (1, or FF and 2 more) | value
struct DataGroups {
  std::vector<uint16_t> seen;
  bool whole = true;  // the last one ends where the bytes end
};

DataGroups ReadDataGroups(ByteSpan bytes) {
  DataGroups groups;
  while (!bytes.empty()) {
    size_t header = 3;
    if (bytes.size() < header) return {groups.seen, false};
    groups.seen.push_back(static_cast<uint16_t>(bytes[0] << 8 | bytes[1]));
    size_t length = bytes[2];
    if (length == 0xFF) {
      header = 5;
      if (bytes.size() < header) return {groups.seen, false};
      length = static_cast<size_t>(bytes[3]) << 8 | bytes[4];
    }
    if (bytes.size() < header + length) return {groups.seen, false};
    bytes.remove_prefix(header + length);
  }
  return groups;
}

bool HasKeyGroup(const DataGroups& groups) {
  return std::any_of(groups.seen.begin(), groups.seen.end(), IsKeyGroup);
}

absl::StatusOr<bool> HasKeyGroups(ByteSpan bytes) {
  const DataGroups groups = ReadDataGroups(bytes);
  if (!groups.whole) {
    return absl::InvalidArgumentError(
        "STORE DATA: the last data group goes over the end of the command");
  }
  return HasKeyGroup(groups);
}

absl::StatusOr<bool> HasKeyTags(ByteSpan bytes) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> tlvs, card::ParseTlvs(bytes));
  return std::any_of(tlvs.begin(), tlvs.end(),
                     [](const Tlv& tlv) { return IsKeyTag(tlv.tag); });
}

// Data in the application's own format: keys when a security domain could begin
// to read it as keys, whether it ends well or not.
bool CouldBeKeys(ByteSpan bytes) {
  const std::vector<uint32_t> tags = card::TagsAsFarAsTheyGo(bytes);
  return HasKeyGroup(ReadDataGroups(bytes)) ||
         std::any_of(tags.begin(), tags.end(), IsKeyTag);
}

absl::StatusOr<bool> HasKeys(uint8_t p1, ByteSpan bytes) {
  if ((p1 & kEncryptionBits) != 0) {
    return absl::InvalidArgumentError("STORE DATA with encrypted data");
  }
  switch (p1 & kStructureBits) {
    case kDataGroups:
      return HasKeyGroups(bytes);
    case kBerTlv:
      return HasKeyTags(bytes);
    case kNoStructure:
      return CouldBeKeys(bytes);
    default:
      return absl::InvalidArgumentError("STORE DATA with unknown structure");
  }
}

// That a command goes on where the one before it ended.
absl::Status CheckInRow(absl::Span<const CommandApdu> row, size_t i) {
  if (i == 0) return absl::OkStatus();
  const card::CommandHeader& before = row[i - 1].header();
  const card::CommandHeader& header = row[i].header();
  const bool goes_on = (before.p1 & kLastBlock) == 0 &&
                       (before.p1 & ~kLastBlock) == (header.p1 & ~kLastBlock) &&
                       header.p2 == static_cast<uint8_t>(before.p2 + 1);
  if (goes_on) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "STORE DATA commands that are no row: another structure, or a number "
      "that does not follow");
}

}  // namespace

absl::StatusOr<bool> DeletesKeys(const CommandApdu& command) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> tlvs,
                   card::ParseTlvs(command.data()));
  bool keys = false;
  bool content = false;
  for (const Tlv& tlv : tlvs) {
    switch (tlv.tag) {
      case kKeyIdentifier:
      case kKeyVersionNumber:
        keys = true;
        break;
      case kExecutableOrInstance:
        content = true;
        break;
      case kSignatureTemplate:
      case kDeleteToken:
        break;
      default:
        return absl::InvalidArgumentError(
            absl::StrFormat("DELETE with unknown tag %02X", tlv.tag));
    }
  }
  if (!keys && !content) {
    return absl::InvalidArgumentError("DELETE that names nothing");
  }
  return keys;
}

absl::StatusOr<bool> StoresKeys(const CommandApdu& command) {
  return StoresKeys(absl::Span<const CommandApdu>(&command, 1));
}

absl::StatusOr<bool> StoresKeys(absl::Span<const CommandApdu> row) {
  Bytes all;
  bool looks_like_keys = false;
  for (size_t i = 0; i < row.size(); ++i) {
    RETURN_IF_ERROR(CheckInRow(row, i));
    Append(all, row[i].data());
    // The first one is read with all that follows.
    looks_like_keys |= i > 0 && CouldBeKeys(row[i].data());
  }
  ASSIGN_OR_RETURN(const bool keys, HasKeys(row[0].header().p1, all));
  return keys || looks_like_keys;
}

}  // namespace cardferry::keyvault
