#ifndef CARDFERRY_TESTS_STAGE_RUNFILES_H_
#define CARDFERRY_TESTS_STAGE_RUNFILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cardferry::stage {

// The absolute path of a file of this build ("agent/agent"), both under `bazel
// test` and when the program is run by itself. NOT_FOUND when it is not among
// the target's data.
absl::StatusOr<std::string> Runfile(absl::string_view path);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_RUNFILES_H_
