#include "lib/card/iso7816/access_rules.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

constexpr uint32_t kTagAccessMode = 0x80;
constexpr uint32_t kTagAlways = 0x90;
constexpr uint32_t kTagNever = 0x97;
constexpr uint32_t kTagCondition = 0x9E;
constexpr uint8_t kProprietary = 0x80;

size_t IndexOf(FileAccess access) {
  size_t index = 0;
  for (auto bits = static_cast<uint8_t>(access); bits > 1; bits >>= 1) ++index;
  return index;
}

FileAccess AccessAt(size_t index) {
  return static_cast<FileAccess>(1u << index);
}

absl::StatusOr<SecurityCondition> ReadCondition(const Tlv& tlv) {
  if (tlv.tag == kTagAlways && tlv.value.empty()) return kAlways;
  if (tlv.tag == kTagNever && tlv.value.empty()) return kNever;
  if (tlv.tag == kTagCondition && tlv.value.size() == 1) return tlv.value[0];
  return absl::UnimplementedError(absl::StrFormat(
      "an expanded access rule has a condition %X of %d bytes; 90, 97 and 9E "
      "with one byte are understood",
      tlv.tag, tlv.value.size()));
}

// Bits of an access mode byte, as an expanded rule has it.
absl::StatusOr<uint8_t> ReadAccessMode(const Tlv& tlv) {
  if (tlv.tag == kTagAccessMode && tlv.value.size() == 1 &&
      (tlv.value[0] & kProprietary) == 0) {
    return tlv.value[0];
  }
  return absl::UnimplementedError(absl::StrFormat(
      "an expanded access rule begins with %X of %d bytes; 80 with one access "
      "mode byte under 80 is understood",
      tlv.tag, tlv.value.size()));
}

}  // namespace

std::optional<SecurityCondition> AccessRules::Find(FileAccess access) const {
  return conditions_[IndexOf(access)];
}

void AccessRules::Set(FileAccess access, SecurityCondition condition) {
  conditions_[IndexOf(access)] = condition;
}

bool AccessRules::empty() const { return *this == AccessRules(); }

absl::StatusOr<AccessRules> AccessRules::ParseCompact(ByteSpan value) {
  if (value.empty() || (value[0] & kProprietary) != 0) {
    return absl::InvalidArgumentError(
        "compact access rules begin with no access mode byte under 80");
  }
  AccessRules rules;
  size_t at = 1;
  for (size_t index = kBits; index-- > 0;) {
    if ((value[0] >> index & 1) == 0) continue;
    if (at == value.size()) break;
    rules.conditions_[index] = value[at++];
  }
  if (at != value.size() || rules.EncodeCompact()[0] != value[0]) {
    return absl::InvalidArgumentError(
        absl::StrFormat("compact access rules of %d bytes do not have one "
                        "condition for each bit of %02X",
                        value.size(), value[0]));
  }
  return rules;
}

Bytes AccessRules::EncodeCompact() const {
  Bytes out(1);
  for (size_t index = kBits; index-- > 0;) {
    if (!conditions_[index].has_value()) continue;
    out[0] = static_cast<uint8_t>(out[0] | 1u << index);
    out.push_back(*conditions_[index]);
  }
  return out;
}

absl::StatusOr<AccessRules> AccessRules::ParseExpanded(ByteSpan value) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> tlvs, ParseTlvs(value));
  if (tlvs.size() % 2 != 0) {
    return absl::InvalidArgumentError(
        "expanded access rules are not pairs of an access mode and a "
        "condition");
  }
  AccessRules rules;
  for (size_t i = 0; i < tlvs.size(); i += 2) {
    ASSIGN_OR_RETURN(const uint8_t mode, ReadAccessMode(tlvs[i]));
    ASSIGN_OR_RETURN(const SecurityCondition condition,
                     ReadCondition(tlvs[i + 1]));
    for (size_t index = 0; index < kBits; ++index) {
      if ((mode >> index & 1) == 0) continue;
      if (rules.conditions_[index].has_value()) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "expanded access rules have two for access %02X", 1u << index));
      }
      rules.conditions_[index] = condition;
    }
  }
  return rules;
}

Bytes AccessRules::EncodeExpanded() const {
  Bytes out;
  for (size_t index = kBits; index-- > 0;) {
    const auto condition = Find(AccessAt(index));
    if (!condition.has_value()) continue;
    AppendTlv(out, kTagAccessMode, {static_cast<uint8_t>(1u << index)});
    if (*condition == kAlways) {
      AppendTlv(out, kTagAlways, {});
    } else if (*condition == kNever) {
      AppendTlv(out, kTagNever, {});
    } else {
      AppendTlv(out, kTagCondition, {*condition});
    }
  }
  return out;
}

}  // namespace cardferry::card
