#include "tests/conformance/coverage_table.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::conformance {
namespace {

// Passes what it is given the names of; skips the rest.
class NamedRunner : public Runner {
 public:
  NamedRunner(std::string name, std::vector<std::string> passes)
      : name_(std::move(name)), passes_(std::move(passes)) {}

  std::string name() const override { return name_; }
  std::optional<std::string> WhyNot(const Vector& vector) const override {
    for (const std::string& name : passes_) {
      if (name == vector.name()) return std::nullopt;
    }
    return "not this one";
  }
  absl::Status Run(const Vector&) override { return absl::OkStatus(); }

 private:
  const std::string name_;
  const std::vector<std::string> passes_;
};

Vector Session(const std::string& name, const std::string& i,
               const std::string& level, const std::string& origin) {
  return Vector({{"name", name},
                 {"kind", "trace"},
                 {"protocol", "SCP03"},
                 {"i", i},
                 {"mode", i == "71" ? "S16" : "S8"},
                 {"key_bits", name == "a" ? "256" : "128"},
                 {"security_level", level},
                 {"origin", origin}});
}

TEST(CoverageTableTest, CountsWhatEachRunnerPassed) {
  const std::vector<VectorFile> files = {
      {"v.json",
       {Session("a", "70", "33", "card"), Session("b", "70", "01", "card"),
        Session("c", "70", "33", "generated"),
        Session("d", "71", "33", "generated"),
        Session("nobody", "60", "33", "card"),
        Vector({{"name", "e"}, {"kind", "cmac"}, {"origin", "standard"}})}}};
  std::vector<std::unique_ptr<Runner>> runners;
  runners.push_back(std::make_unique<NamedRunner>(
      "host", std::vector<std::string>{"a", "b", "c", "e"}));
  runners.push_back(std::make_unique<NamedRunner>(
      "card", std::vector<std::string>{"a", "d"}));
  EXPECT_EQ(CoverageTable(files, RunVectors(files, runners)),
            "| variant | keys | recorded, by level | generated, by level | "
            "card | host |\n"
            "|---|---|---|---|---|---|\n"
            "| SCP03 `i` 70 | AES-128, AES-256 | 01: 1, 33: 1 | 33: 1 | 1 | 3 "
            "|\n"
            "| SCP03 `i` 71, S16 | AES-128 |  | 33: 1 | 1 | - |\n"
            "\n"
            "| what else | recorded | generated | card | host |\n"
            "|---|---|---|---|---|\n"
            "| cmac | 1 |  | - | 1 |\n");
}

TEST(CoverageTableTest, TakesThePlaceOfTheOldOne) {
  const std::string page =
      "before\n<!-- coverage: by a run -->\nold\n<!-- coverage ends -->\n"
      "after\n";
  ASSERT_OK_AND_ASSIGN(const std::string renewed, WithTable(page, "| new |\n"));
  EXPECT_EQ(renewed,
            "before\n<!-- coverage: by a run -->\n\n| new |\n\n"
            "<!-- coverage ends -->\nafter\n");
  EXPECT_THAT(WithTable(renewed, "| new |\n"), IsOkAndHolds(renewed));
  for (const char* gone : {"<!-- coverage: ", "<!-- coverage ends -->"}) {
    std::string bad = page;
    bad.replace(bad.find(gone), 4, "????");
    EXPECT_THAT(WithTable(bad, ""),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace cardferry::conformance
