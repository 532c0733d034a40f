#ifndef CARDFERRY_SERVICES_KEYVAULT_OPERATION_CLASS_H_
#define CARDFERRY_SERVICES_KEYVAULT_OPERATION_CLASS_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace cardferry::keyvault {

// What the commands of a session may do. Each class includes kRead and no
// other one, but for kContentAndPersonalize. The values are those of the
// interface and of sealed tokens.
enum class OperationClass : uint8_t {
  kRead = 1,         // GET STATUS, GET DATA
  kContent = 2,      // INSTALL, LOAD, DELETE of content; locks of applications
  kPersonalize = 3,  // INSTALL [for personalization], STORE DATA
  kKeys = 4,         // card keys: needs two people's approval
  kCardState = 5,    // the card's life cycle: needs two people's approval
  // Both, so that what was just installed gets its data in the same packet. No
  // command is of this class.
  kContentAndPersonalize = 6,
};

inline constexpr OperationClass kAllOperationClasses[] = {
    OperationClass::kRead,        OperationClass::kContent,
    OperationClass::kPersonalize, OperationClass::kKeys,
    OperationClass::kCardState,   OperationClass::kContentAndPersonalize};

// Whether a session of class `granted` may send commands of class `needed`.
// Sessions of the classes kKeys and kCardState do not exist.
bool Covers(OperationClass granted, OperationClass needed);

// "read", "content", ...: for messages.
absl::string_view OperationClassName(OperationClass operation_class);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_OPERATION_CLASS_H_
