#ifndef CARDFERRY_LIB_BASE_STATUS_MACROS_H_
#define CARDFERRY_LIB_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cardferry {

// `status` with "context: " before its message; an OK status stays as it is.
inline absl::Status Annotate(const absl::Status& status,
                             absl::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(context, ": ", status.message()));
}

}  // namespace cardferry

// Returns from the enclosing function when `expression` is not OK.
#define RETURN_IF_ERROR(expression)                        \
  do {                                                     \
    absl::Status cardferry_status_ = (expression);         \
    if (!cardferry_status_.ok()) return cardferry_status_; \
  } while (false)

// Assigns the value of a StatusOr to `target` (a declaration or an lvalue), or
// returns its status from the enclosing function.
#define ASSIGN_OR_RETURN(target, expression) \
  CARDFERRY_ASSIGN_OR_RETURN_(               \
      CARDFERRY_CONCAT_(cardferry_status_or_, __LINE__), target, expression)

#define CARDFERRY_CONCAT_INNER_(a, b) a##b
#define CARDFERRY_CONCAT_(a, b) CARDFERRY_CONCAT_INNER_(a, b)
#define CARDFERRY_ASSIGN_OR_RETURN_(holder, target, expression) \
  auto holder = (expression);                                   \
  if (!holder.ok()) return std::move(holder).status();          \
  target = *std::move(holder)

#endif  // CARDFERRY_LIB_BASE_STATUS_MACROS_H_
