// docs/spec_index.md says what a run shows.
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "tests/conformance/coverage_table.h"
#include "tests/conformance/runners.h"

namespace cardferry::conformance {
namespace {

TEST(CommittedTableTest, IsThatOfThisRun) {
  ASSERT_OK_AND_ASSIGN(const auto files, LoadVectorFiles("tests/vectors"));
  ASSERT_OK_AND_ASSIGN(const auto runners, MakeRunners({}));
  ASSERT_OK_AND_ASSIGN(const std::string page,
                       ReadFile("docs/spec_index.md", 1 << 20));
  const Results results = RunVectors(files, runners);
  ASSERT_OK_AND_ASSIGN(const std::string renewed,
                       WithTable(page, CoverageTable(files, results)));
  EXPECT_EQ(page, renewed) << "renew it: ./dev conformance --table";
}

}  // namespace
}  // namespace cardferry::conformance
