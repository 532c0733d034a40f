#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kManifest[] =
    "packages { application: 'wallet' version: '1.0'\n"
    "  applets { module: 'A00000000101' parameters_text: 'secret' } }\n";

class ManifestCommandsTest : public RunFixture {
 protected:
  const std::string path_ = WriteFile("wallet.textproto", kManifest);
};

TEST_F(ManifestCommandsTest, ChecksWithoutAnyService) {
  EXPECT_EQ(RunBare({"manifest", "check", path_}), kOk);
  EXPECT_EQ(out(),
            "package  wallet 1.0\n"
            "  applet A00000000101\n"
            "The manifest makes sense.\n");
  EXPECT_EQ(Run({"manifest", "check", path_, "--json"}), kOk);
  EXPECT_EQ(out(), "{\"ok\":true}\n");
  const std::string bad = WriteFile("bad.textproto", "packages {}\n");
  EXPECT_EQ(RunBare({"manifest", "check", bad}), kUsage);
  EXPECT_THAT(err(), HasSubstr("say either application or content_hash"));
}

TEST_F(ManifestCommandsTest, ChecksAndPlansWithTheRowsOfATable) {
  const std::string path = WriteFile(
      "rows.textproto",
      "packages { application: 'wallet' applets { module: 'A00000000101' "
      "parameters_text: '${row.NAME}' } }\n");
  const std::string rows =
      WriteFile("rows.csv", "card,NAME\nissuer/00,Ada\nissuer/01,Zoe\n");
  EXPECT_EQ(RunBare({"manifest", "check", path}), kUsage);
  EXPECT_THAT(err(), HasSubstr("give them with --rows"));
  EXPECT_EQ(RunBare({"manifest", "check", path, "--rows", rows}), kOk);
  EXPECT_EQ(out(), "The manifest makes sense with each of 2 rows.\n");
  EXPECT_EQ(Run({"manifest", "check", path, "--rows", rows, "--json"}), kOk);
  EXPECT_EQ(out(), "{\"ok\":true,\"rows\":2}\n");

  const auto plan = [&](const std::string& card) {
    return Run(
        {"job", "plan", "--manifest", path, "--rows", rows, "--card", card});
  };
  EXPECT_EQ(plan("issuer/01"), kOk);
  ASSERT_EQ(fake_.planned.desired().packages_size(), 1);
  EXPECT_EQ(fake_.planned.desired().packages(0).applets(0).install_parameters(),
            "Zoe");
  EXPECT_EQ(plan("issuer/02"), kUsage);
  EXPECT_THAT(err(), HasSubstr("no row is for card issuer/02"));
}

TEST_F(ManifestCommandsTest, AJobCarriesTheManifest) {
  EXPECT_EQ(Run({"job", "add", "--manifest", path_, "--agent", "kiosk-7"}),
            kOk);
  EXPECT_EQ(fake_.added.action(), orchestrator::v1::JOB_ACTION_MANIFEST);
  ASSERT_EQ(fake_.added.desired().packages_size(), 1);
  const auto& package = fake_.added.desired().packages(0);
  EXPECT_EQ(package.application(), "wallet");
  EXPECT_EQ(package.applets(0).install_parameters(), "secret");
  EXPECT_EQ(Run({"job", "add", "--manifest", path_, "--app", "wallet",
                 "--agent", "kiosk-7"}),
            kUsage);
  EXPECT_THAT(err(), HasSubstr("nothing else beside it"));
}

TEST_F(ManifestCommandsTest, AJobCarriesAFileTree) {
  const std::string tree = WriteFile(
      "tree.textproto", "files { id: '0001' transparent { content: 'CA' } }");
  EXPECT_EQ(Run({"job", "add", "--file-tree", tree, "--agent", "kiosk-7"}),
            kOk);
  EXPECT_EQ(fake_.added.action(), orchestrator::v1::JOB_ACTION_MANIFEST);
  EXPECT_EQ(fake_.added.desired().file_tree().files(0).id(), "0001");
  EXPECT_EQ(Run({"job", "add", "--file-tree", tree, "--manifest", path_,
                 "--agent", "kiosk-7"}),
            kUsage);
  EXPECT_THAT(err(), HasSubstr("nothing else beside it"));
  const std::string empty = WriteFile("empty.textproto", "");
  EXPECT_EQ(Run({"job", "plan", "--file-tree", empty, "--card", "keys/00"}),
            kUsage);
  EXPECT_THAT(err(), HasSubstr("the file tree is empty"));
}

TEST_F(ManifestCommandsTest, APlanReadsLikeADiff) {
  const auto add = [this](orchestrator::v1::PlanSign sign,
                          const std::string& text, uint32_t commands) {
    auto& step = *fake_.plan.add_steps();
    step.set_sign(sign);
    step.set_text(text);
    step.set_commands(commands);
  };
  add(orchestrator::v1::PLAN_SIGN_KEEP, "package A000000001 1.0", 0);
  EXPECT_EQ(Run({"job", "plan", "--manifest", path_, "--card", "keys/00"}),
            kOk);
  EXPECT_EQ(out(),
            "  package A000000001 1.0\n"
            "By its record the card holds all of it.\n");
  EXPECT_EQ(fake_.planned.card_id(), "keys/00");
  add(orchestrator::v1::PLAN_SIGN_REMOVE, "applet A00000000109", 1);
  add(orchestrator::v1::PLAN_SIGN_ADD, "package A000000002 1.1", 34);
  EXPECT_EQ(Run({"job", "plan", "--app", "wallet", "--card", "keys/00"}), kOk);
  EXPECT_EQ(out(),
            "  package A000000001 1.0\n"
            "- applet A00000000109  (1 command)\n"
            "+ package A000000002 1.1  (34 commands)\n"
            "35 commands would change the card. Nothing was sent.\n");
  EXPECT_EQ(Run({"job", "plan", "--app", "wallet", "--card", "k", "--json"}),
            kOk);
  EXPECT_THAT(out(), HasSubstr(R"({"sign":"remove","text":"applet )"
                               R"(A00000000109","commands":1})"));
  EXPECT_EQ(Run({"job", "plan", "--app", "wallet"}), kUsage);
}

}  // namespace
}  // namespace cardferry::cli
