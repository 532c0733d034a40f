#include "services/keyvault/operation_class.h"

namespace cardferry::keyvault {

bool Covers(OperationClass granted, OperationClass needed) {
  switch (granted) {
    case OperationClass::kRead:
    case OperationClass::kContent:
    case OperationClass::kPersonalize:
      return needed == OperationClass::kRead || needed == granted;
    case OperationClass::kContentAndPersonalize:
      return needed == OperationClass::kRead ||
             needed == OperationClass::kContent ||
             needed == OperationClass::kPersonalize;
    case OperationClass::kKeys:
    case OperationClass::kCardState:
      return false;
  }
  return false;
}

absl::string_view OperationClassName(OperationClass operation_class) {
  switch (operation_class) {
    case OperationClass::kRead:
      return "read";
    case OperationClass::kContent:
      return "content";
    case OperationClass::kPersonalize:
      return "personalize";
    case OperationClass::kKeys:
      return "keys";
    case OperationClass::kCardState:
      return "card-state";
    case OperationClass::kContentAndPersonalize:
      return "content and personalize";
  }
  return "unknown";
}

}  // namespace cardferry::keyvault
