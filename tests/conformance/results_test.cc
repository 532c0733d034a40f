#include "tests/conformance/results.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/runners.h"

namespace cardferry::conformance {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// Passes vectors of kind "good", fails "bad", skips others.
class FakeRunner : public Runner {
 public:
  std::string name() const override { return "fake"; }
  std::optional<std::string> WhyNot(const Vector& vector) const override {
    if (vector.kind() == "good" || vector.kind() == "bad") return std::nullopt;
    return "neither good nor bad";
  }
  absl::Status Run(const Vector& vector) override {
    return vector.kind() == "good" ? absl::OkStatus()
                                   : absl::DataLossError("was bad");
  }
};

Results RunKinds(const std::vector<std::string>& kinds) {
  VectorFile file{"some.json", {}};
  for (const std::string& kind : kinds) {
    file.vectors.push_back(Vector({{"name", "a_" + kind}, {"kind", kind}}));
  }
  std::vector<std::unique_ptr<Runner>> runners;
  runners.push_back(std::make_unique<FakeRunner>());
  return RunVectors({file}, runners);
}

std::string Printed(const Results& results) {
  std::ostringstream out;
  Print(results, out);
  return out.str();
}

TEST(ResultsTest, CountsEachVectorOnceForEachRunner) {
  const Results results = RunKinds({"good", "bad", "odd", "good", "odd"});
  EXPECT_EQ(results.Total(), (Tally{2, 1, 2}));
  EXPECT_EQ(results.tallies.at({"some.json", "fake"}), (Tally{2, 1, 2}));
  EXPECT_FALSE(results.Ok());
}

TEST(ResultsTest, IsOkOnlyWhenSomethingPassedAndNothingFailed) {
  EXPECT_TRUE(RunKinds({"good", "odd"}).Ok());
  EXPECT_FALSE(RunKinds({"good", "bad"}).Ok());
  EXPECT_FALSE(RunKinds({"odd"}).Ok());
  EXPECT_FALSE(RunKinds({}).Ok());
}

TEST(ResultsTest, PrintsReasonsFailuresTableAndCounts) {
  const std::string text = Printed(RunKinds({"good", "bad", "odd", "odd"}));
  EXPECT_THAT(text, HasSubstr("skipped    2  fake          odd                 "
                              " neither good nor bad\n"));
  EXPECT_THAT(text, HasSubstr("FAILED some.json a_bad (fake): DATA_LOSS: "));
  EXPECT_THAT(text, HasSubstr("some.json                                fake   "
                              "             1       1       2\n"));
  EXPECT_THAT(text, EndsWith("\n1 passed, 1 failed, 2 skipped\n"));
  EXPECT_THAT(text, Not(HasSubstr("nothing is shown")));
}

TEST(ResultsTest, SaysWhenNothingWasShown) {
  EXPECT_THAT(Printed(RunKinds({"odd"})), HasSubstr("nothing is shown"));
}

TEST(RunnersTest, AreTheSelectedOnes) {
  const auto names = [](const Selection& selection) {
    std::string joined;
    const auto runners = MakeRunners(selection);
    if (!runners.ok()) return runners.status().ToString();
    for (const auto& runner : *runners) joined += runner->name() + " ";
    return joined;
  };
  EXPECT_EQ(names({"host", "openssl"}), "host/openssl ");
  EXPECT_EQ(names({"all", "openssl"}), "host/openssl ");
  EXPECT_EQ(names({"card", "all"}), "card ");
}

TEST(RunnersTest, RefusesOtherWordsAndACipherForTheCard) {
  const auto refusal = [](const Selection& selection) {
    return std::string(MakeRunners(selection).status().message());
  };
  EXPECT_EQ(refusal({"reader", "all"}),
            "side is host, card or all, not reader");
  EXPECT_EQ(refusal({"all", "des"}),
            "cipher is openssl, pkcs11 or all, not des");
  EXPECT_EQ(refusal({"card", "openssl"}), "the card's side has its own cipher");
}

}  // namespace
}  // namespace cardferry::conformance
