#include "services/sequencer/personal_data.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::sequencer {
namespace {

using card::StoreDataFormat;

// Issuer identification and card image number, the manager's address, card and
// capability data, a certificate, parts of the production data; and the control
// reference templates of keys.
constexpr uint32_t kDomainTags[] = {0x42,   0x45,   0x5F50, 0x66, 0x67,
                                    0x7F21, 0x9F66, 0x9F67, 0xA6, 0xB9};
// The same objects together, and keys.
constexpr uint32_t kDomainGroups[] = {0x0070, 0x00A6, 0x00B9, 0x8113, 0x8F01};

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("personal data: ", reason));
}

absl::Status RefuseDomainsOwn(uint32_t identifier) {
  return Refuse(absl::StrFormat(
      "a security domain takes object %02X for its own: it cannot go to an "
      "application by STORE DATA",
      identifier));
}

bool IsDomainTag(uint32_t tag) {
  return std::count(std::begin(kDomainTags), std::end(kDomainTags), tag) > 0;
}
bool IsDomainGroup(uint32_t group) {
  return std::count(std::begin(kDomainGroups), std::end(kDomainGroups), group) >
         0;
}

// A tag that BER can have (ISO/IEC 7816-4, 6.3), of 1 to 3 bytes.
bool IsTag(uint32_t tag) {
  if (tag == 0 || tag > 0xFFFFFF) return false;
  const auto parsed = card::ParseTlvs(card::EncodeTlv(tag, {}));
  return parsed.ok() && parsed->size() == 1 && parsed->front().tag == tag;
}

absl::StatusOr<Bytes> EncodeGroup(const PersonalObject& object) {
  if (object.identifier == 0 || object.identifier > 0xFFFF) {
    return Refuse(absl::StrFormat("%02X is no data grouping identifier",
                                  object.identifier));
  }
  if (IsDomainGroup(object.identifier)) {
    return RefuseDomainsOwn(object.identifier);
  }
  return card::EncodeDgi(static_cast<uint16_t>(object.identifier),
                         object.value);
}

absl::StatusOr<Bytes> EncodeObject(const PersonalObject& object) {
  if (!IsTag(object.identifier)) {
    return Refuse(absl::StrFormat("%02X is no tag", object.identifier));
  }
  if (IsDomainTag(object.identifier)) {
    return RefuseDomainsOwn(object.identifier);
  }
  return card::EncodeTlv(object.identifier, object.value);
}

// Length (1, or FF and 2) and data of a group.
struct GroupSize {
  size_t length_bytes = 1;
  size_t data_bytes = 0;
};

GroupSize GroupSizeAt(ByteSpan bytes) {
  constexpr uint8_t kLong = 0xFF;
  if (bytes[0] != kLong) return {1, bytes[0]};
  if (bytes.size() < 3) return {bytes.size(), 0};
  return {3, static_cast<size_t>(bytes[1] << 8 | bytes[2])};
}

// The identifiers of the groups at the front; the last may be cut short, which
// text is not taken for: those that count have bytes that are none.
std::vector<uint32_t> GroupsInFront(ByteSpan bytes) {
  std::vector<uint32_t> groups;
  while (bytes.size() > 2) {
    const auto group = static_cast<uint32_t>(bytes[0] << 8 | bytes[1]);
    bytes.remove_prefix(2);
    groups.push_back(group);
    const GroupSize size = GroupSizeAt(bytes);
    bytes.remove_prefix(
        std::min(size.length_bytes + size.data_bytes, bytes.size()));
  }
  return groups;
}

// Without structure a security domain may read it as either, and may take what
// it finds before it finds that the rest is none. An object that is cut short
// nobody takes: text may begin like one.
absl::Status CheckUnstructured(ByteSpan bytes) {
  for (const card::Tlv& tlv : card::ParseTlvsInFront(bytes)) {
    if (IsDomainTag(tlv.tag)) return RefuseDomainsOwn(tlv.tag);
  }
  for (const uint32_t group : GroupsInFront(bytes)) {
    if (IsDomainGroup(group)) return RefuseDomainsOwn(group);
  }
  return absl::OkStatus();
}

absl::StatusOr<Bytes> CheckPlain(const PersonalObject& object) {
  if (object.identifier != 0) return Refuse("plain data have no identifier");
  if (object.value.empty()) return Refuse("no data to store");
  RETURN_IF_ERROR(CheckUnstructured(object.value));
  return object.value;
}

absl::StatusOr<Bytes> Encode(StoreDataFormat format,
                             const PersonalObject& object) {
  switch (format) {
    case StoreDataFormat::kDgi:
      return EncodeGroup(object);
    case StoreDataFormat::kBerTlv:
      return EncodeObject(object);
    case StoreDataFormat::kPlain:
      break;
  }
  return CheckPlain(object);
}

}  // namespace

absl::StatusOr<std::vector<Bytes>> EncodeObjects(const PersonalData& data) {
  if (data.objects.empty()) return Refuse("no data to store");
  std::vector<Bytes> encoded;
  for (const PersonalObject& object : data.objects) {
    ASSIGN_OR_RETURN(Bytes bytes, Encode(data.format, object));
    encoded.push_back(std::move(bytes));
  }
  // They share commands.
  if (data.format == StoreDataFormat::kPlain) {
    Bytes together;
    for (const Bytes& bytes : encoded) Append(together, bytes);
    RETURN_IF_ERROR(CheckUnstructured(together));
  }
  return encoded;
}

}  // namespace cardferry::sequencer
