#include "lib/card/iso7816/file_control.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/iso7816/file_descriptor.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

constexpr uint32_t kTagFcp = 0x62;
constexpr uint32_t kTagFci = 0x6F;
constexpr uint32_t kTagSize = 0x80;
constexpr uint32_t kTagTotalSize = 0x81;
constexpr uint32_t kTagDescriptor = 0x82;
constexpr uint32_t kTagId = 0x83;
constexpr uint32_t kTagDfName = 0x84;
constexpr uint32_t kTagProprietary = 0x85;
constexpr uint32_t kTagSecurityProprietary = 0x86;
constexpr uint32_t kTagShortId = 0x88;
constexpr uint32_t kTagLifeCycle = 0x8A;
constexpr uint32_t kTagCompact = 0x8C;
constexpr uint32_t kTagSecurityTemplate = 0xA1;
constexpr uint32_t kTagExpanded = 0xAB;
constexpr size_t kMaxDfName = 16;
constexpr int kShortIdShift = 3;

absl::Status Refuse(uint32_t tag, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrFormat("file control parameter %02X %s", tag, why));
}

absl::StatusOr<uint32_t> ReadNumber(const Tlv& tlv) {
  if (tlv.value.empty() || tlv.value.size() > 4) {
    return Refuse(tlv.tag, "does not have 1 to 4 bytes");
  }
  uint32_t number = 0;
  for (const uint8_t byte : tlv.value) number = number << 8 | byte;
  return number;
}

absl::StatusOr<FileId> ReadId(const Tlv& tlv) {
  if (tlv.value.size() != 2) return Refuse(tlv.tag, "does not have 2 bytes");
  return static_cast<FileId>(tlv.value[0] << 8 | tlv.value[1]);
}

// SFI (bits 8 to 4) | 000; without a byte, the file has none (7.4.3, table 10).
absl::StatusOr<uint8_t> ReadShortId(const Tlv& tlv) {
  if (tlv.value.empty()) return 0;
  const auto id = static_cast<uint8_t>(tlv.value[0] >> kShortIdShift);
  if (tlv.value.size() != 1 || (tlv.value[0] & 0x07) != 0 || id == 0 ||
      id > kMaxShortId) {
    return Refuse(tlv.tag, "is no short file identifier");
  }
  return id;
}

absl::Status ReadRules(const Tlv& tlv, FileControl& control) {
  const bool expanded = tlv.tag == kTagExpanded;
  absl::StatusOr<AccessRules> rules =
      expanded ? AccessRules::ParseExpanded(tlv.value)
               : AccessRules::ParseCompact(tlv.value);
  const bool other = absl::IsUnimplemented(rules.status());
  if (other || (rules.ok() && control.rules.has_value())) {
    control.has_further_rules = true;
    return absl::OkStatus();
  }
  if (!rules.ok()) return Refuse(tlv.tag, rules.status().message());
  control.rules = *std::move(rules);
  control.rules_expanded = expanded;
  return absl::OkStatus();
}

absl::Status ReadBytes(const Tlv& tlv, FileControl& control) {
  Bytes& field = tlv.tag == kTagProprietary ? control.proprietary
                 : tlv.tag == kTagSecurityProprietary
                     ? control.security_proprietary
                 : tlv.tag == kTagSecurityTemplate ? control.security_template
                                                   : control.df_name;
  field.assign(tlv.value.begin(), tlv.value.end());
  return absl::OkStatus();
}

absl::Status ReadParameter(const Tlv& tlv, FileControl& control) {
  switch (tlv.tag) {
    case kTagSize: {
      ASSIGN_OR_RETURN(control.size, ReadNumber(tlv));
      return absl::OkStatus();
    }
    case kTagTotalSize: {
      ASSIGN_OR_RETURN(control.total_size, ReadNumber(tlv));
      return absl::OkStatus();
    }
    case kTagDescriptor: {
      ASSIGN_OR_RETURN(control.descriptor, ParseFileDescriptor(tlv.value));
      return absl::OkStatus();
    }
    case kTagId: {
      ASSIGN_OR_RETURN(control.id, ReadId(tlv));
      return absl::OkStatus();
    }
    case kTagShortId: {
      ASSIGN_OR_RETURN(control.short_id, ReadShortId(tlv));
      return absl::OkStatus();
    }
    case kTagLifeCycle:
      if (tlv.value.size() != 1) return Refuse(tlv.tag, "has not one byte");
      control.life_cycle = tlv.value[0];
      return absl::OkStatus();
    case kTagCompact:
    case kTagExpanded:
      return ReadRules(tlv, control);
    case kTagDfName:
      if (tlv.value.empty() || tlv.value.size() > kMaxDfName) {
        return Refuse(tlv.tag, "does not have 1 to 16 bytes");
      }
      return ReadBytes(tlv, control);
    case kTagProprietary:
    case kTagSecurityProprietary:
    case kTagSecurityTemplate:
      return ReadBytes(tlv, control);
    default:
      return absl::OkStatus();
  }
}

// Others are skipped, and may be there as often as the card likes.
bool IsRead(uint32_t tag) {
  constexpr uint32_t kRead[] = {
      kTagSize,    kTagTotalSize, kTagDescriptor,
      kTagId,      kTagDfName,    kTagProprietary,
      kTagShortId, kTagLifeCycle, kTagSecurityProprietary,
      kTagCompact, kTagExpanded,  kTagSecurityTemplate};
  return std::find(std::begin(kRead), std::end(kRead), tag) != std::end(kRead);
}

absl::Status ReadParameters(ByteSpan value, FileControl& control) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> tlvs, ParseTlvs(value));
  for (size_t i = 0; i < tlvs.size(); ++i) {
    for (size_t j = 0; IsRead(tlvs[i].tag) && j < i; ++j) {
      if (tlvs[j].tag == tlvs[i].tag) return Refuse(tlvs[i].tag, "twice");
    }
    RETURN_IF_ERROR(ReadParameter(tlvs[i], control));
  }
  return absl::OkStatus();
}

void AppendSize(Bytes& out, uint32_t size) {
  Bytes value = {static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)};
  if (size > 0xFFFF) {
    value = {static_cast<uint8_t>(size >> 24), static_cast<uint8_t>(size >> 16),
             value[0], value[1]};
  }
  AppendTlv(out, kTagSize, value);
}

void AppendOptional(Bytes& out, uint32_t tag, const Bytes& value) {
  if (!value.empty()) AppendTlv(out, tag, value);
}

void AppendShortId(Bytes& out, uint8_t id) {
  if (id == 0) return AppendTlv(out, kTagShortId, {});
  AppendTlv(out, kTagShortId, {static_cast<uint8_t>(id << kShortIdShift)});
}

absl::Status CheckEncodable(const FileControl& control) {
  if (control.total_size.has_value() || control.has_further_rules) {
    return absl::InvalidArgumentError(
        "file control parameters that only a card gives cannot be written");
  }
  if (control.df_name.size() > kMaxDfName) {
    return Refuse(kTagDfName, "does not have 1 to 16 bytes");
  }
  if (control.short_id.value_or(0) > kMaxShortId) {
    return Refuse(kTagShortId, "is no short file identifier");
  }
  return absl::OkStatus();
}

auto Fields(const FileControl& c) {
  return std::tie(c.descriptor, c.id, c.size, c.total_size, c.df_name,
                  c.short_id, c.life_cycle, c.rules, c.rules_expanded,
                  c.has_further_rules, c.proprietary, c.security_proprietary,
                  c.security_template);
}

}  // namespace

bool FileControl::operator==(const FileControl& o) const {
  return Fields(*this) == Fields(o);
}

FileLifeCycle FileLifeCycleOf(std::optional<uint8_t> status_byte) {
  if (!status_byte.has_value() || *status_byte == 0) {
    return FileLifeCycle::kUnknown;
  }
  if (*status_byte > 0x0F) return FileLifeCycle::kProprietary;
  if (*status_byte >= 0x0C) return FileLifeCycle::kTerminated;
  switch (*status_byte) {
    case 0x01:
      return FileLifeCycle::kCreation;
    case 0x03:
      return FileLifeCycle::kInitialisation;
    case 0x05:
    case 0x07:
      return FileLifeCycle::kActivated;
    case 0x04:
    case 0x06:
      return FileLifeCycle::kDeactivated;
    default:
      return FileLifeCycle::kUnknown;
  }
}

absl::string_view FileLifeCycleName(FileLifeCycle life_cycle) {
  switch (life_cycle) {
    case FileLifeCycle::kCreation:
      return "creation";
    case FileLifeCycle::kInitialisation:
      return "initialisation";
    case FileLifeCycle::kActivated:
      return "activated";
    case FileLifeCycle::kDeactivated:
      return "deactivated";
    case FileLifeCycle::kTerminated:
      return "terminated";
    case FileLifeCycle::kProprietary:
      return "proprietary";
    case FileLifeCycle::kUnknown:
      break;
  }
  return "unknown";
}

absl::StatusOr<FileControl> ParseFileControl(ByteSpan answer) {
  ASSIGN_OR_RETURN(const Tlv outer, ParseSingleTlv(answer));
  if (outer.tag != kTagFcp && outer.tag != kTagFci) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the answer of SELECT begins with %X, not with 62 or 6F", outer.tag));
  }
  ByteSpan value = outer.value;
  if (outer.tag == kTagFci) {
    ASSIGN_OR_RETURN(const std::vector<Tlv> inner, ParseTlvs(value));
    value = FindTag(inner, kTagFcp).value_or(value);
  }
  FileControl control;
  RETURN_IF_ERROR(ReadParameters(value, control));
  return control;
}

absl::StatusOr<Bytes> EncodeFileControl(const FileControl& control) {
  RETURN_IF_ERROR(CheckEncodable(control));
  Bytes out;
  if (control.descriptor.has_value()) {
    ASSIGN_OR_RETURN(const Bytes descriptor,
                     EncodeFileDescriptor(*control.descriptor));
    AppendTlv(out, kTagDescriptor, descriptor);
  }
  if (control.id.has_value()) AppendTlv(out, kTagId, ToBytes(*control.id));
  if (control.size.has_value()) AppendSize(out, *control.size);
  AppendOptional(out, kTagDfName, control.df_name);
  if (control.short_id.has_value()) AppendShortId(out, *control.short_id);
  if (control.life_cycle.has_value()) {
    AppendTlv(out, kTagLifeCycle, {*control.life_cycle});
  }
  if (control.rules.has_value() && control.rules_expanded) {
    AppendTlv(out, kTagExpanded, control.rules->EncodeExpanded());
  } else if (control.rules.has_value()) {
    AppendTlv(out, kTagCompact, control.rules->EncodeCompact());
  }
  AppendOptional(out, kTagProprietary, control.proprietary);
  AppendOptional(out, kTagSecurityProprietary, control.security_proprietary);
  AppendOptional(out, kTagSecurityTemplate, control.security_template);
  return EncodeTlv(kTagFcp, out);
}

}  // namespace cardferry::card
