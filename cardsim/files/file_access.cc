#include "cardsim/files/file_access.h"

#include <vector>

#include "cardsim/card_error.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

// Security condition byte (ISO/IEC 7816-4, 9.3.3.2).
constexpr uint8_t kNever = 0xFF;
constexpr uint8_t kAllOf = 0x80;
constexpr uint8_t kMessaging = 0x40;
constexpr uint8_t kExternal = 0x20;
constexpr uint8_t kUser = 0x10;
constexpr uint8_t kConditions = kMessaging | kExternal | kUser;

bool IsMet(uint8_t condition, const SecurityStatus& status) {
  if (condition == kNever) return false;
  const uint8_t wanted = condition & kConditions;
  if (wanted == 0) return condition == 0;
  const auto shown = static_cast<uint8_t>((status.messaging ? kMessaging : 0) |
                                          (status.external ? kExternal : 0) |
                                          (status.user ? kUser : 0));
  if ((condition & kAllOf) != 0) return (wanted & shown) == wanted;
  return (wanted & shown) != 0;
}

// AM byte | a condition for each bit, the high one first
bool CompactAllows(ByteSpan rules, uint8_t access,
                   const SecurityStatus& status) {
  if ((rules[0] & access) == 0) return true;
  size_t at = 1;
  for (uint8_t bit = 0x40; bit != access;
       bit = static_cast<uint8_t>(bit >> 1)) {
    if ((rules[0] & bit) != 0) ++at;
  }
  return at < rules.size() && IsMet(rules[at], status);
}

bool ObjectAllows(const card::Tlv& tlv, const SecurityStatus& status) {
  if (tlv.tag == 0x90) return true;
  return tlv.tag == 0x9E && tlv.value.size() == 1 &&
         IsMet(tlv.value[0], status);
}

// {80 AM byte, conditions...}...
bool ExpandedAllows(ByteSpan rules, uint8_t access,
                    const SecurityStatus& status) {
  const auto tlvs = card::ParseTlvs(rules);
  if (!tlvs.ok()) return false;
  bool ruled = false;
  bool applies = false;
  for (const card::Tlv& tlv : *tlvs) {
    if (tlv.tag == 0x80) {
      applies = tlv.value.size() == 1 && (tlv.value[0] & access) != 0;
      ruled = ruled || applies;
    } else if (applies && ObjectAllows(tlv, status)) {
      return true;
    }
  }
  return !ruled;
}

}  // namespace

absl::Status CheckAccess(const File& file, uint8_t access,
                         const SecurityStatus& status) {
  if (!file.rules_count()) return absl::OkStatus();
  if (!file.compact_rules.empty() &&
      !CompactAllows(file.compact_rules, access, status)) {
    return CardError(kSecurityNotSatisfied, "a compact rule is not met");
  }
  if (!file.expanded_rules.empty() &&
      !ExpandedAllows(file.expanded_rules, access, status)) {
    return CardError(kSecurityNotSatisfied, "an expanded rule is not met");
  }
  return absl::OkStatus();
}

}  // namespace cardferry::cardsim
