#include "services/keyvault/operation_class.h"

namespace cardferry::keyvault {

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
  }
  return "unknown";
}

}  // namespace cardferry::keyvault
