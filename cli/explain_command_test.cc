#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ExplainCommandTest : public RunFixture {};

TEST_F(ExplainCommandTest, NeedsNoServiceAndNoSettings) {
  EXPECT_EQ(RunBare({"explain", "6a84"}), kOk);
  EXPECT_THAT(out(), StartsWith("6A84 (not enough memory space)\n  why  "));
  EXPECT_THAT(out(), HasSubstr("\nAfter LOAD:\n"));
}

TEST_F(ExplainCommandTest, SaysOnlyWhatItMeansAfterTheCommandThatIsNamed) {
  EXPECT_EQ(RunBare({"explain", "6A80", "--command", "install"}), kOk);
  EXPECT_EQ(out(),
            "6A80 (incorrect values in command data)\n"
            "\n"
            "After INSTALL:\n"
            "  why      The card or the applet does not take parameters, "
            "privileges or names.\n"
            "  look at  Parameters (C9, EF, EA) and privileges of the manifest "
            "or job.\n"
            "  do       The applet or the card does not take these install "
            "parameters or\n"
            "           privileges.\n");
}

TEST_F(ExplainCommandTest, GivesProgramsOneObject) {
  EXPECT_EQ(RunBare({"explain", "63C2", "--json"}), kOk);
  EXPECT_EQ(
      out(),
      R"({"status_word":"63C2","words":"2 tries left","explanations":[)"
      R"({"command":"","cause":"The PIN, key or code was wrong; the card's )"
      R"(counter stands at 2.","evidence":"Where the value came from, and )"
      R"(whether it is this card's.","next_step":"Make sure of the value )"
      R"(before the next try: at 0 it is blocked."}]})"
      "\n");
}

TEST_F(ExplainCommandTest, RefusesWhatIsNoStatusWordOrCommand) {
  EXPECT_EQ(RunBare({"explain", "6A8"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("\"6A8\" is no status word"));
  EXPECT_EQ(RunBare({"explain", "6A80", "--command", "INSTAL"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("INSTALL [for load]"));
  EXPECT_THAT(out(), Not(HasSubstr("6A80")));
}

}  // namespace
}  // namespace cardferry::cli
