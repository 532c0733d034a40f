#include <fstream>

#include "cli/render/words.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class JobAddCommandTest : public RunFixture {};

TEST_F(JobAddCommandTest, AddsAJobForAReader) {
  EXPECT_EQ(Run({"job", "add", "--app", "brokerage", "--agent", "kiosk-7",
                 "--reader", "Reader 0", "--param-hex", "3100ff"}),
            kOk);
  EXPECT_EQ(out(), "Job 12 added. Watch it: cardferry job watch 12\n");
  EXPECT_EQ(fake_.added.application(), "brokerage");
  EXPECT_EQ(fake_.added.agent(), "kiosk-7");
  EXPECT_EQ(fake_.added.reader(), "Reader 0");
  EXPECT_EQ(fake_.added.install_parameters(), std::string("1\0\xFF", 3));
  EXPECT_EQ(fake_.added.action(), orchestrator::v1::JOB_ACTION_LOAD);
  EXPECT_EQ(fake_.added.applets_size(), 0);
}

TEST_F(JobAddCommandTest, AddsAnUpgradeWithChosenApplets) {
  EXPECT_EQ(Run({"job", "add", "--action", "upgrade", "--app", "wallet-2",
                 "--card", "issuer/A", "--applet", "A00000000101", "--applet",
                 "A00000000102:A00000000199:04"}),
            kOk);
  EXPECT_EQ(fake_.added.action(), orchestrator::v1::JOB_ACTION_UPGRADE);
  ASSERT_EQ(fake_.added.applets_size(), 2);
  EXPECT_EQ(HexText(fake_.added.applets(0).module_aid()), "A00000000101");
  EXPECT_EQ(fake_.added.applets(0).instance_aid(), "");
  EXPECT_EQ(HexText(fake_.added.applets(1).instance_aid()), "A00000000199");
  EXPECT_EQ(HexText(fake_.added.applets(1).privileges()), "04");
}

TEST_F(JobAddCommandTest, AddsADeletionByNameOrByAid) {
  EXPECT_EQ(Run({"job", "add", "--action", "delete", "--app", "wallet",
                 "--agent", "kiosk-7"}),
            kOk);
  EXPECT_EQ(fake_.added.action(), orchestrator::v1::JOB_ACTION_DELETE);
  EXPECT_EQ(fake_.added.application(), "wallet");
  EXPECT_EQ(Run({"job", "add", "--action", "delete", "--package", "a000000001",
                 "--agent", "kiosk-7"}),
            kOk);
  EXPECT_EQ(HexText(fake_.added.package_aid()), "A000000001");
  EXPECT_EQ(fake_.added.application(), "");
  EXPECT_EQ(Run({"job", "add", "--action", "delete", "--application",
                 "A00000000101", "--agent", "kiosk-7"}),
            kOk);
  EXPECT_EQ(HexText(fake_.added.application_aid()), "A00000000101");
}

TEST_F(JobAddCommandTest, SaysWhichFlagsDoNotBelongTogether) {
  const auto complaint = [this](std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"job", "add", "--agent", "kiosk-7"});
    EXPECT_EQ(Run(flags), kUsage);
    return err();
  };
  EXPECT_EQ(complaint({}),
            "cardferry: cannot add the job: say what to load: --app NAME\n");
  EXPECT_EQ(complaint({"--app", "a", "--package", "A000000001"}),
            "cardferry: cannot add the job: --package and --application are "
            "for --action delete\n");
  const std::string which =
      "cardferry: cannot add the job: say what to delete: one of --app NAME, "
      "--package AID and --application AID\n";
  EXPECT_EQ(complaint({"--action", "delete"}), which);
  EXPECT_EQ(complaint({"--action", "delete", "--app", "a", "--package",
                       "A000000001"}),
            which);
  EXPECT_EQ(
      complaint({"--action", "delete", "--app", "a", "--param-text", "x"}),
      "cardferry: cannot add the job: --applet and --param-... are for "
      "loading, not for deleting\n");
}

TEST_F(JobAddCommandTest, TakesSecretParametersFromAFileOrStandardInput) {
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

TEST_F(JobAddCommandTest, WarnsThatTextOnTheCommandLineIsVisible) {
  EXPECT_EQ(Run({"job", "add", "--help"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("--param-text"), HasSubstr("`ps`")));
}

TEST_F(JobAddCommandTest, NeverShowsTheParametersAgain) {
  in_.str("4711-0815");
  fake_.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "no such agent");
  Run({"job", "add", "--app", "a", "--agent", "b", "--param-file", "-"});
  EXPECT_THAT(out() + err(), Not(HasSubstr("4711")));
}

TEST_F(JobAddCommandTest, AddsAJobForEachRow) {
  const std::string manifest = ::testing::TempDir() + "/job_rows.textproto";
  std::ofstream(manifest) << "packages { application: 'a' applets { module: "
                             "'F043464552' parameters_text: '${row.N}' } }";
  const std::string rows = ::testing::TempDir() + "/job_rows.csv";
  std::ofstream(rows) << "card,N\nissuer/00,Ada\nissuer/01,Zoe\n";
  EXPECT_EQ(Run({"job", "add", "--manifest", manifest, "--rows", rows}), kOk);
  EXPECT_THAT(out(), HasSubstr("2 jobs added, 12 to 12."));
  EXPECT_EQ(fake_.added.card_id(), "issuer/01");
  EXPECT_EQ(fake_.added.desired().packages(0).applets(0).install_parameters(),
            "Zoe");
  EXPECT_FALSE(fake_.added.desired().allow_data_loss());
  EXPECT_FALSE(fake_.added.card_may_be_new());
  EXPECT_EQ(Run({"job", "add", "--manifest", manifest, "--rows", rows,
                 "--allow-data-loss", "--new-cards"}),
            kOk);
  EXPECT_TRUE(fake_.added.desired().allow_data_loss());
  EXPECT_TRUE(fake_.added.card_may_be_new());
}

TEST_F(JobAddCommandTest, RowsSayThemselvesForWhichCards) {
  EXPECT_EQ(Run({"job", "add", "--manifest", "m.textproto", "--rows", "r.csv",
                 "--agent", "kiosk-7"}),
            kUsage);
  EXPECT_THAT(err(), HasSubstr("--rows makes a job for each row's card"));
}

}  // namespace
}  // namespace cardferry::cli
