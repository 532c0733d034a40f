#ifndef CARDFERRY_TESTS_CONFORMANCE_RESULTS_H_
#define CARDFERRY_TESTS_CONFORMANCE_RESULTS_H_

#include <cstddef>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "tests/conformance/runner.h"
#include "tests/conformance/vector_file.h"

namespace cardferry::conformance {

struct Tally {
  size_t passed = 0;
  size_t failed = 0;
  size_t skipped = 0;

  bool operator==(const Tally& other) const {
    return passed == other.passed && failed == other.failed &&
           skipped == other.skipped;
  }
};

struct Failure {
  std::string file;
  std::string vector;
  std::string runner;
  std::string message;
};

// What came of some files and runners. Each vector counts once for each runner.
struct Results {
  std::map<std::pair<std::string, std::string>, Tally> tallies;  // file, runner
  std::vector<Failure> failures;
  // Which runners have passed a vector of those files that were run.
  std::map<const Vector*, std::set<std::string>> passed_by;
  // runner, kind, reason
  std::map<std::tuple<std::string, std::string, std::string>, size_t> skips;

  Tally Total() const;
  // Whether something passed and nothing failed: a run in which every vector
  // was skipped has shown nothing.
  bool Ok() const;
};

Results RunVectors(absl::Span<const VectorFile> files,
                   absl::Span<const std::unique_ptr<Runner>> runners);

// What was skipped and why, the failures, a table, and last
// "N passed, N failed, N skipped".
void Print(const Results& results, std::ostream& out);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_RESULTS_H_
