#ifndef CARDFERRY_LIB_CARD_ISO7816_ACCESS_RULES_H_
#define CARDFERRY_LIB_CARD_ISO7816_ACCESS_RULES_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::card {

// What is done with a file, as its bit in the access mode byte (ISO/IEC 7816-4,
// 9.3.3.1). Bits 1 to 3 mean one thing for an EF and another for a DF.
enum class FileAccess : uint8_t {
  kRead = 0x01,         // EF
  kUpdate = 0x02,       // EF
  kAppend = 0x04,       // EF
  kDeleteChild = 0x01,  // DF
  kCreateEf = 0x02,     // DF
  kCreateDf = 0x04,     // DF
  kDeactivate = 0x08,
  kActivate = 0x10,
  kTerminate = 0x20,
  kDeleteSelf = 0x40,
};

// A security condition byte (9.3.3.2): bits 50 to 10 say what is asked for, the
// low half names the security environment (0: none).
using SecurityCondition = uint8_t;
inline constexpr SecurityCondition kAlways = 0x00;
inline constexpr SecurityCondition kNever = 0xFF;
inline constexpr SecurityCondition kUserAuthentication = 0x10;
inline constexpr SecurityCondition kExternalAuthentication = 0x20;
inline constexpr SecurityCondition kSecureMessaging = 0x40;
// All that the other bits ask for; without it any one of them is enough.
inline constexpr SecurityCondition kAllOfThem = 0x80;

// The access rules of one file: a condition for each kind of access. What has
// no condition is for the card to decide.
class AccessRules {
 public:
  std::optional<SecurityCondition> Find(FileAccess access) const;
  void Set(FileAccess access, SecurityCondition condition);
  bool empty() const;

  bool operator==(const AccessRules& other) const {
    return conditions_ == other.conditions_;
  }
  bool operator!=(const AccessRules& other) const { return !(*this == other); }

  // The compact form, tag 8C (9.3.3):
  //   AM byte | a condition for each of its bits that is set, high bit first
  // INVALID_ARGUMENT when the number of conditions is another one, or bit 80 of
  // the AM byte is set (a proprietary meaning).
  static absl::StatusOr<AccessRules> ParseCompact(ByteSpan value);
  Bytes EncodeCompact() const;

  // The expanded form, tag AB (9.3.4), as far as it says the same:
  //   { 80 01 AM byte, then one of: 90 00 always, 97 00 never, 9E 01 condition
  //   }...
  // UNIMPLEMENTED for other data objects and for a second condition,
  // INVALID_ARGUMENT when it is not well formed or two rules are for one
  // access.
  static absl::StatusOr<AccessRules> ParseExpanded(ByteSpan value);
  Bytes EncodeExpanded() const;

 private:
  static constexpr size_t kBits = 7;

  std::array<std::optional<SecurityCondition>, kBits> conditions_;
};

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_ISO7816_ACCESS_RULES_H_
