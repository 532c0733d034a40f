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

// Without structure a security domain may read it as either.
absl::StatusOr<Bytes> CheckPlain(const PersonalObject& object) {
  if (object.identifier != 0) return Refuse("plain data have no identifier");
  if (object.value.empty()) return Refuse("no data to store");
  const auto objects = card::ParseTlvs(object.value);
  if (objects.ok() && IsDomainTag(objects->front().tag)) {
    return RefuseDomainsOwn(objects->front().tag);
  }
  if (object.value.size() > 2) {
    const uint32_t group =
        static_cast<uint32_t>(object.value[0] << 8 | object.value[1]);
    if (IsDomainGroup(group)) return RefuseDomainsOwn(group);
  }
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
  return encoded;
}

}  // namespace cardferry::sequencer
