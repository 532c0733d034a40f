#ifndef CARDFERRY_BUILD_DEFS_PRELUDE_FOR_LIBRARIES_H_
#define CARDFERRY_BUILD_DEFS_PRELUDE_FOR_LIBRARIES_H_

// What nearly every source includes, compiled once for all of them. A source
// still names what it uses: clang builds it without this.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"

#endif  // CARDFERRY_BUILD_DEFS_PRELUDE_FOR_LIBRARIES_H_
