#ifndef CARDFERRY_TESTS_CONFORMANCE_EXPECTED_COUNTS_H_
#define CARDFERRY_TESTS_CONFORMANCE_EXPECTED_COUNTS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "tests/conformance/runner.h"

namespace cardferry::conformance {

// What has to come of one of our own vector files. Nothing may fail.
struct FileCounts {
  std::string file;
  size_t passed;
  size_t skipped;
};

// The host's side with OpenSSL, the same with the HSM, which has no SCP11, and
// the card's.
std::vector<FileCounts> HostCounts();
std::vector<FileCounts> HsmHostCounts();
std::vector<FileCounts> CardCounts();

// Runs tests/vectors and expects exactly these counts: a vector that is
// silently skipped, or a file that is silently not there, fails the test.
void ExpectCounts(std::unique_ptr<Runner> runner,
                  absl::Span<const FileCounts> expected);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_EXPECTED_COUNTS_H_
