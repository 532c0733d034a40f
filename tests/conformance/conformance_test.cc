// Our own vectors, with exact counts: a vector that is silently skipped, or a
// file that is silently not there, fails this test.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "tests/conformance/results.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/vector_file.h"

namespace cardferry::conformance {
namespace {

constexpr char kFolder[] = "tests/vectors";

std::string Describe(const Results& results) {
  std::string text;
  for (const Failure& failure : results.failures) {
    text +=
        failure.vector + " (" + failure.runner + "): " + failure.message + "\n";
  }
  return text;
}

// File, passed, skipped.
struct Expected {
  const char* file;
  size_t passed;
  size_t skipped;
};

void ExpectCounts(const Selection& selection, const std::string& runner,
                  const std::vector<Expected>& expected) {
  ASSERT_OK_AND_ASSIGN(const std::vector<VectorFile> files,
                       LoadVectorFiles(kFolder));
  ASSERT_OK_AND_ASSIGN(const auto runners, MakeRunners(selection));
  const Results results = RunVectors(files, runners);
  EXPECT_TRUE(results.Ok()) << Describe(results);
  ASSERT_EQ(results.tallies.size(), expected.size());
  for (const Expected& want : expected) {
    const Tally& got = results.tallies.at({want.file, runner});
    EXPECT_EQ(got.passed, want.passed) << want.file;
    EXPECT_EQ(got.skipped, want.skipped) << want.file;
  }
}

constexpr Expected kHost[] = {
    {"generated_negative.json", 0, 77},
    {"generated_primitives.json", 132, 344},
    {"generated_scp03.json", 63, 120},
    {"real_lfdbh.json", 0, 1},
    {"real_primitives.json", 48, 16},
    {"real_put_key.json", 0, 17},
    {"real_scp01.json", 0, 5},
    {"real_scp02.json", 0, 31},
    {"real_scp03.json", 14, 15},
    {"real_scp11.json", 0, 4},
    {"real_session_material.json", 6, 17},
};

TEST(ConformanceTest, TheHostWithOpensslDoesWhatTheVectorsSay) {
  ExpectCounts({"host", "openssl"}, "host/openssl",
               {std::begin(kHost), std::end(kHost)});
}

TEST(ConformanceTest, TheSimulatedCardDoesWhatTheVectorsSay) {
  ExpectCounts({"card", "all"}, "card",
               {{"generated_negative.json", 42, 35},
                {"generated_primitives.json", 6, 470},
                {"generated_scp03.json", 183, 0},
                {"real_lfdbh.json", 0, 1},
                {"real_primitives.json", 0, 64},
                {"real_put_key.json", 0, 17},
                {"real_scp01.json", 0, 5},
                {"real_scp02.json", 0, 31},
                {"real_scp03.json", 29, 0},
                {"real_scp11.json", 0, 4},
                {"real_session_material.json", 5, 18}});
}

}  // namespace
}  // namespace cardferry::conformance
