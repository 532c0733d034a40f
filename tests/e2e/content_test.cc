// A package's whole life on a card, told with the operator's command alone:
// load, list, select, delete, load again, upgrade.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/card/cap/testing/build_zip.h"
#include "tests/e2e/test_stage.h"
#include "tests/stage/opensc_tool.h"
#include "tests/stage/runfiles.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

using ::testing::HasSubstr;

constexpr uint16_t kNotFound = 0x6A82;
// Of the Header component (Java Card VM, 6.4): tag (1) | size (2) | magic (4) |
// minor (1) | major (1) | flags (1) | the package's minor version (1) ...
constexpr size_t kPackageMinor = 10;

class ContentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise({}));
    ASSERT_EQ(stage_->AddApplet("brokerage").exit_code, 0);
    ASSERT_NO_FATAL_FAILURE(AddNextVersion());
  }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  // "brokerage-2": the same package, as version 1.1.
  void AddNextVersion() {
    ASSERT_OK_AND_ASSIGN(const std::string path,
                         stage::Runfile("applets/brokerage.cap"));
    ASSERT_OK_AND_ASSIGN(const std::string file, ReadFile(path, 1 << 20));
    std::vector<card::ZipEntry> entries = card::UnpackZip(AsBytes(file));
    Bytes& header = card::EntryOf(entries, "/javacard/Header.cap").content;
    ASSERT_GT(header.size(), kPackageMinor);
    header[kPackageMinor] = 1;
    const std::string next = stage_->Path("brokerage-2.cap");
    ASSERT_OK(WriteFileAtomically(next, card::BuildZip(entries), 0644));
    const stage::Outcome added = stage_->Cardferry({"app", "add", next});
    ASSERT_EQ(added.exit_code, 0) << added.errors;
  }

  // `cardferry job add FLAGS --wait` at the agent: its exit code, and the job.
  void ExpectJob(std::vector<std::string> flags, int exit_code,
                 const std::string& message) {
    flags.insert(flags.begin(),
                 {"job", "add", "--agent", stage::kAgentName, "--wait"});
    const stage::Outcome outcome = stage_->Cardferry(flags);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.errors;
    EXPECT_THAT(outcome.output,
                HasSubstr(absl::StrCat("             ", message, "\n")));
  }
  std::string Content() {
    return stage_->Cardferry({"card", "content"}).output;
  }

  // The status word of SELECT, from a PC/SC client of others.
  static uint16_t SelectApplet() {
    const Bytes aid = FromHexOrDie(kBrokerageApplet);
    const Bytes select = {0x00, 0xA4, 0x04, 0x00,
                          static_cast<uint8_t>(aid.size())};
    const auto answers =
        stage::SendWithOpenscTool({Concat({select, aid, Bytes{0}})});
    EXPECT_OK(answers);
    return answers.ok() ? (*answers)[0].sw.value() : uint16_t{0};
  }

  std::unique_ptr<TestStage> stage_;
};

TEST_F(ContentTest, OfACardFollowsItsJobs) {
  ExpectJob({"--app", "brokerage"}, 0, "The card holds brokerage.");
  EXPECT_THAT(Content(), HasSubstr("F043464552525901  1.0 "));
  EXPECT_EQ(SelectApplet(), 0x9000);

  ExpectJob({"--action", "delete", "--app", "brokerage"}, 0,
            "The card holds brokerage no more.");
  EXPECT_THAT(Content(), HasSubstr("No packages.\n\nNo applications.\n"));
  EXPECT_EQ(SelectApplet(), kNotFound);
  ExpectJob({"--action", "delete", "--package", kBrokeragePackage}, 0,
            absl::StrCat("The card did not hold the package ",
                         kBrokeragePackage, "; nothing was changed."));

  ExpectJob({"--app", "brokerage"}, 0, "The card holds brokerage.");
  EXPECT_EQ(SelectApplet(), 0x9000);
}

TEST_F(ContentTest, IsReplacedByAnUpgradeAndByNothingElse) {
  ExpectJob({"--app", "brokerage"}, 0, "The card holds brokerage.");
  ExpectJob({"--app", "brokerage-2"}, 1,
            absl::StrCat("Package ", kBrokeragePackage,
                         " is on the card in version 1.0, version 1.1 is "
                         "desired: replace it, or delete it first. Nothing was "
                         "sent to the card."));
  EXPECT_THAT(Content(), HasSubstr("F043464552525901  1.0 "));

  ExpectJob({"--action", "upgrade", "--app", "brokerage-2"}, 0,
            "The card holds brokerage-2.");
  EXPECT_THAT(Content(), HasSubstr("F043464552525901  1.1 "));
  EXPECT_EQ(SelectApplet(), 0x9000);
  ExpectJob({"--action", "upgrade", "--app", "brokerage-2"}, 0,
            "The card held brokerage-2 already; nothing was changed.");
}

}  // namespace
}  // namespace cardferry::e2e
