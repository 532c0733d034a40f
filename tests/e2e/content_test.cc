// A package's whole life on a card, told with the operator's command alone:
// load, list, select, delete, load again, upgrade.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
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

// Keys of cards that confirm what they do, and one that approvers sign with.
constexpr char kMoreKeys[] = R"(
key_sets {
  name: "delegated" master_version: 1 key_version_number: 51 key_bits: 128
  diversification: DIVERSIFICATION_KDF3
  enc { label: "delegated/1/enc" id: "100901" usages: USAGE_DERIVE
    mechanisms: MECHANISM_AES_ECB_ENCRYPT_DATA
    mechanisms: MECHANISM_SP800_108_COUNTER_KDF used_by: "tests" }
  mac { label: "delegated/1/mac" id: "100902" usages: USAGE_DERIVE
    mechanisms: MECHANISM_AES_ECB_ENCRYPT_DATA
    mechanisms: MECHANISM_SP800_108_COUNTER_KDF used_by: "tests" }
  dek { label: "delegated/1/dek" id: "100903" usages: USAGE_DERIVE
    mechanisms: MECHANISM_AES_ECB_ENCRYPT_DATA
    mechanisms: MECHANISM_SP800_108_COUNTER_KDF used_by: "tests" }
  receipt { label: "delegated/1/receipt" id: "100904" usages: USAGE_DERIVE
    mechanisms: MECHANISM_AES_ECB_ENCRYPT_DATA
    mechanisms: MECHANISM_SP800_108_COUNTER_KDF used_by: "tests" }
}
signing_keys { name: "acme" algorithm: SIGNING_ALGORITHM_ECDSA_P256
  signs: CONTENT_SIGNATURE_TOKEN label: "acme" id: "200401" used_by: "tests" }
)";

constexpr char kDelegatedProfile[] = R"(
name: "delegated"
match { isd_aid: "A00000015100000001" scp: 3 i: 0x70 }
key_set: "delegated"
level_floor: 0x33
load_file_hash: SHA_256
tokens { signing_key: "acme" }
receipts: true
)";

// Somebody else's security domain on a card, which wants a token for each
// change and confirms it.
class DelegatedContentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    stage::StageOptions options;
    options.with_card = false;
    options.more_keys = kMoreKeys;
    options.card_profile = kDelegatedProfile;
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise(std::move(options)));
    ASSERT_OK(stage_->folder().Issue("approver", "alice"));
    ASSERT_EQ(stage_->AddApplet("brokerage").exit_code, 0);
    const stage::Outcome key = AsAlice({"key", "acme"});
    ASSERT_EQ(key.exit_code, 0) << key.errors;
    const std::string pem = stage_->Path("acme.pem");
    ASSERT_OK(WriteFileAtomically(pem, AsBytes(key.output), 0644));
    stage::CardChoice card;
    card.key_set = "delegated";
    card.arguments = {"--domain", "A00000015100000001=A0", "--token_key", pem};
    ASSERT_OK(stage_->stage().InsertCard(card));
    ASSERT_OK(stage_->stage().AwaitCards(1, absl::Seconds(30)));
  }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  // `cardferry approval ...` with the approver's certificate.
  stage::Outcome AsAlice(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "approval");
    const rpc::TlsFiles tls = stage_->folder().Tls("approver", "alice");
    arguments.insert(arguments.end(), {"--certificate", tls.certificate,
                                       "--private-key", tls.private_key});
    return stage_->Cardferry(arguments);
  }
  void Approve(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--key", "acme", "--reason", "REL-77"});
    const stage::Outcome approved = AsAlice(arguments);
    EXPECT_EQ(approved.exit_code, 0) << approved.errors;
  }
  stage::Outcome Load() {
    return stage_->Cardferry({"job", "add", "--app", "brokerage", "--agent",
                              stage::kAgentName, "--param-text", "4711",
                              "--wait"});
  }

  std::unique_ptr<TestStage> stage_;
};

TEST_F(DelegatedContentTest, IsLoadedWhenAnApproverHasSignedIt) {
  const stage::Outcome refused = Load();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("cardferry approval load FILE"));
  EXPECT_THAT(refused.output, HasSubstr("cardferry approval install "));

  ASSERT_OK_AND_ASSIGN(const std::string cap,
                       stage::Runfile("applets/brokerage.cap"));
  Approve({"load", cap, "--domain", "A00000015100000001"});
  Approve({"install", "--package", kBrokeragePackage, "--applet",
           kBrokerageApplet, "--param-text", "4711"});
  const stage::Outcome loaded = Load();
  EXPECT_EQ(loaded.exit_code, 0) << loaded.output << loaded.errors;
  EXPECT_THAT(loaded.output,
              HasSubstr(absl::StrCat("the card has confirmed that package ",
                                     kBrokeragePackage,
                                     " was loaded (confirmation 1)")));
  const stage::Outcome receipts = stage_->Cardferry({"card", "receipts"});
  EXPECT_THAT(receipts.output,
              HasSubstr(absl::StrCat("applet ", kBrokerageApplet,
                                     " was installed  verified")));
  EXPECT_THAT(receipts.output, ::testing::Not(HasSubstr("NOT VERIFIED")));
}

}  // namespace
}  // namespace cardferry::e2e
