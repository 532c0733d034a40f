#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class JobCommandsTest : public RunFixture {};

TEST_F(JobCommandsTest, AddsAJobForAReader) {
  EXPECT_EQ(Run({"job", "add", "--app", "brokerage", "--agent", "kiosk-7",
                 "--reader", "Reader 0", "--param-hex", "3100ff"}),
            kOk);
  EXPECT_EQ(out(), "Job 12 added. Watch it: cardferry job watch 12\n");
  EXPECT_EQ(fake_.added.application(), "brokerage");
  EXPECT_EQ(fake_.added.agent(), "kiosk-7");
  EXPECT_EQ(fake_.added.reader(), "Reader 0");
  EXPECT_EQ(fake_.added.install_parameters(), std::string("1\0\xFF", 3));
}

TEST_F(JobCommandsTest, TakesSecretParametersFromAFileOrStandardInput) {
  in_.str("4711-0815");
  EXPECT_EQ(Run({"job", "add", "--app", "a", "--card", "issuer/A",
                 "--param-file", "-"}),
            kOk);
  EXPECT_EQ(fake_.added.install_parameters(), "4711-0815");
  EXPECT_EQ(fake_.added.card_id(), "issuer/A");
  EXPECT_EQ(Run({"job", "add", "--app", "a", "--card", "c", "--param-file",
                 WriteFile("account", "0815\n")}),
            kOk);
  EXPECT_EQ(fake_.added.install_parameters(), "0815\n");
  EXPECT_EQ(
      Run({"job", "add", "--app", "a", "--card", "c", "--param-text", "text"}),
      kOk);
  EXPECT_EQ(fake_.added.install_parameters(), "text");
}

TEST_F(JobCommandsTest, WarnsThatTextOnTheCommandLineIsVisible) {
  EXPECT_EQ(Run({"job", "add", "--help"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("--param-text"), HasSubstr("`ps`")));
}

TEST_F(JobCommandsTest, ShowsAndListsJobs) {
  fake_.jobs = {DoneJob()};
  EXPECT_EQ(Run({"job", "show", "12"}), kOk);
  EXPECT_THAT(out(), StartsWith("job          12\n"));
  EXPECT_EQ(Run({"job", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("JOB"));
}

TEST_F(JobCommandsTest, NeverShowsTheParametersAgain) {
  in_.str("4711-0815");
  fake_.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "no such agent");
  Run({"job", "add", "--app", "a", "--agent", "b", "--param-file", "-"});
  EXPECT_THAT(out() + err(), Not(HasSubstr("4711")));
}

}  // namespace
}  // namespace cardferry::cli
