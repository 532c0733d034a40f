#ifndef CARDFERRY_TESTS_CONFORMANCE_COVERAGE_TABLE_H_
#define CARDFERRY_TESTS_CONFORMANCE_COVERAGE_TABLE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tests/conformance/results.h"
#include "tests/conformance/vector_file.h"

namespace cardferry::conformance {

// What a run has shown, for docs/spec_index.md, in Markdown: sessions by
// variant of the channel and level, other vectors by kind; and how many of them
// each runner passed. A vector that nobody passed is not in it. `results` is of
// these files.
std::string CoverageTable(absl::Span<const VectorFile> files,
                          const Results& results);

// The page with `table` in the place of what stands between its two lines
// "<!-- coverage: ... -->" and "<!-- coverage ends -->". INVALID_ARGUMENT when
// they are not there.
absl::StatusOr<std::string> WithTable(absl::string_view page,
                                      absl::string_view table);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_COVERAGE_TABLE_H_
