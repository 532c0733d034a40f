#include "tests/conformance/expected_counts.h"

#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "tests/conformance/results.h"
#include "tests/conformance/vector_file.h"

namespace cardferry::conformance {
namespace {

std::string Failures(const Results& results) {
  std::string text;
  for (const Failure& failure : results.failures) {
    text += failure.vector + ": " + failure.message + "\n";
  }
  return text;
}

}  // namespace

std::vector<FileCounts> HostCounts() {
  return {
      {"generated_lfdbh_on_real_data.json", 1, 0},
      {"generated_negative.json", 14, 63},
      {"generated_primitives.json", 476, 0},
      {"generated_scp01.json", 12, 0},
      {"generated_scp02.json", 75, 0},
      {"generated_scp02_implicit.json", 24, 0},
      {"generated_scp03.json", 183, 0},
      {"generated_scp11.json", 22, 0},
      {"real_lfdbh.json", 1, 0},
      {"real_primitives.json", 59, 5},
      {"real_put_key.json", 17, 0},
      {"real_scp01.json", 5, 0},
      {"real_scp02.json", 31, 0},
      {"real_scp03.json", 29, 0},
      {"real_scp11.json", 4, 0},
      {"real_session_material.json", 23, 0},
      {"thirdparty_run_scp11.json", 3, 0},
  };
}

std::vector<FileCounts> HsmHostCounts() {
  std::vector<FileCounts> counts = HostCounts();
  for (FileCounts& one : counts) {
    if (one.file.find("scp11") == std::string::npos) continue;
    one.skipped += one.passed;
    one.passed = 0;
  }
  return counts;
}

std::vector<FileCounts> CardCounts() {
  return {
      {"generated_lfdbh_on_real_data.json", 0, 1},
      {"generated_negative.json", 63, 14},
      {"generated_primitives.json", 32, 444},
      {"generated_scp01.json", 12, 0},
      {"generated_scp02.json", 75, 0},
      {"generated_scp02_implicit.json", 24, 0},
      {"generated_scp03.json", 183, 0},
      {"generated_scp11.json", 22, 0},
      {"real_lfdbh.json", 0, 1},
      {"real_primitives.json", 0, 64},
      {"real_put_key.json", 17, 0},
      {"real_scp01.json", 5, 0},
      {"real_scp02.json", 31, 0},
      {"real_scp03.json", 29, 0},
      {"real_scp11.json", 4, 0},
      {"real_session_material.json", 23, 0},
      {"thirdparty_run_scp11.json", 3, 0},
  };
}

void ExpectCounts(std::unique_ptr<Runner> runner,
                  absl::Span<const FileCounts> expected) {
  // Once: reading them takes longer than running them.
  static const auto* const kFiles = new absl::StatusOr<std::vector<VectorFile>>(
      LoadVectorFiles("tests/vectors"));
  ASSERT_OK(*kFiles);
  const std::string name = runner->name();
  std::vector<std::unique_ptr<Runner>> runners;
  runners.push_back(std::move(runner));
  const Results results = RunVectors(**kFiles, runners);
  EXPECT_TRUE(results.Ok()) << Failures(results);
  ASSERT_EQ(results.tallies.size(), expected.size());
  for (const FileCounts& want : expected) {
    SCOPED_TRACE(want.file);
    const auto got = results.tallies.find({want.file, name});
    ASSERT_NE(got, results.tallies.end());
    EXPECT_EQ(got->second.passed, want.passed);
    EXPECT_EQ(got->second.skipped, want.skipped);
    EXPECT_EQ(got->second.failed, 0u);
  }
}

}  // namespace cardferry::conformance
