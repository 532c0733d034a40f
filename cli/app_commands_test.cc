#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AppCommandsTest : public RunFixture {};

TEST_F(AppCommandsTest, AddsAnApplication) {
  fake_.applications = {Brokerage()};
  const std::string file = WriteFile("brokerage.cap", "CAP");
  EXPECT_EQ(Run({"app", "add", file, "--name", "brokerage"}), kOk);
  EXPECT_EQ(fake_.uploaded_name, "brokerage");
  EXPECT_EQ(fake_.uploaded_file, "CAP");
  EXPECT_THAT(out(), StartsWith("application  brokerage\n"));
}

TEST_F(AppCommandsTest, NamesAnApplicationAfterItsFile) {
  fake_.applications = {Brokerage()};
  EXPECT_EQ(Run({"app", "add", WriteFile("wallet-2.cap", "CAP")}), kOk);
  EXPECT_EQ(fake_.uploaded_name, "wallet-2");
  EXPECT_EQ(Run({"app", "add", WriteFile("plain", "CAP")}), kOk);
  EXPECT_EQ(fake_.uploaded_name, "plain");
}

TEST_F(AppCommandsTest, SaysWhichFileCannotBeRead) {
  EXPECT_EQ(Run({"app", "add", "/nothing.cap", "--name", "x"}), kUsage);
  EXPECT_THAT(err(),
              AllOf(StartsWith("cardferry: cannot add the application: "),
                    HasSubstr("/nothing.cap")));
}

TEST_F(AppCommandsTest, ListsAndShowsApplications) {
  fake_.applications = {Brokerage()};
  EXPECT_EQ(Run({"app", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("APPLICATION"));
  EXPECT_EQ(Run({"app", "show", "brokerage"}), kOk);
  EXPECT_THAT(out(), StartsWith("application  brokerage\n"));
  EXPECT_EQ(Run({"app", "show", "nothing"}), kRefused);
  EXPECT_EQ(err(),
            "cardferry: cannot show the application: there is no application "
            "\"nothing\"\n"
            "See what there is: cardferry app list, agent list, card list, job "
            "list, profile list.\n");
}

}  // namespace
}  // namespace cardferry::cli
