#include "services/sequencer/approval_needs.h"

#include <string>

#include "lib/base/status_matchers.h"
#include "lib/card/gp/registry_commands.h"
#include "lib/card/gp/token.h"
#include "lib/crypto/digest.h"
#include "services/sequencer/testing/applets.h"
#include "services/sequencer/testing/fake_signed_content.h"
#include "services/sequencer/testing/test_profiles.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using crypto::HashAlgorithm;
using testing::HasSubstr;

card::Aid A(const char* hex) { return *card::Aid::FromHex(hex); }

const card::Aid kPackage = A("F043464552525901");
const card::Aid kApplet = A("F04346455252590101");
const card::Aid kDomain = A("A000000151000001");

class ApprovalNeedsTest : public testing::Test {
 protected:
  ApprovalNeedsTest() {
    profile_.rules.load_file_hash = HashAlgorithm::kSha256;
    profile_.rules.token_key = "acme-token";
    profile_.rules.tokens = {TokenFor::kLoad, TokenFor::kInstall,
                             TokenFor::kExtradition, TokenFor::kDelete};
  }

  // What an approver is told to do for this command; "" for nothing.
  std::string Told(const absl::StatusOr<card::CommandApdu>& command) {
    EXPECT_OK(command);
    const auto need = TokenNeed(profile_, *command);
    EXPECT_OK(need);
    if (!need->has_value()) return "";
    EXPECT_EQ((*need)->wanted.signing_key, "acme-token");
    EXPECT_EQ((*need)->wanted.digest,
              crypto::Sha256(*card::TokenMessage(*command)));
    return (*need)->what;
  }

  static card::CommandApdu Delete() {
    return *card::DeleteContent(kPackage, card::DeleteRelated::kYes);
  }
  static card::CommandApdu Install(const Bytes& parameters) {
    return *card::InstallAndMakeSelectable(
        {kPackage, kApplet, kApplet, {0x04}, parameters}, 0x03);
  }

  CardProfile profile_ = TestProfile("demo", 0x30);
};

TEST_F(ApprovalNeedsTest, EachTokenHasTheCommandThatGetsIt) {
  EXPECT_EQ(Told(card::InstallForLoad(kPackage, kDomain, Bytes(32))),
            "a token: `cardferry approval load FILE --domain "
            "A000000151000001 --key acme-token --reason ...` with the CAP file "
            "of F043464552525901");
  EXPECT_EQ(Told(Install({0x41})),
            "a token: `cardferry approval install --package F043464552525901 "
            "--applet F04346455252590101 --instance F04346455252590101 "
            "--privileges 04 --key acme-token --reason ...` with the job's "
            "install parameters");
  EXPECT_EQ(Told(card::Extradite(kApplet, kDomain)),
            "a token: `cardferry approval extradite F04346455252590101 "
            "--domain A000000151000001 --key acme-token --reason ...`");
  EXPECT_EQ(Told(Delete()),
            "a token: `cardferry approval delete F043464552525901 --related "
            "--key acme-token --reason ...`");
}

TEST_F(ApprovalNeedsTest, CommandsOutsideTheRulesNeedNone) {
  EXPECT_EQ(Told(card::CommandApdu::Create({0x80, 0xE8, 0x80, 0}, Bytes(9))),
            "");
  EXPECT_EQ(Told(card::CommandApdu::Create({0x80, 0xF2, 0x40, 2}, Bytes(2))),
            "");
  profile_.rules.tokens = {TokenFor::kLoad};
  EXPECT_EQ(Told(Delete()), "");
  EXPECT_EQ(Told(Install({})), "");
}

TEST_F(ApprovalNeedsTest, ADapIsOverTheHashThatTheProfileWants) {
  profile_.rules.daps = {{kDomain, "acme-dap"}};
  const auto file = LoadApplet("brokerage.cap");
  const Bytes block = *file->cap.LoadFileDataBlock(card::Descriptor::kLeaveOut);
  ASSERT_OK_AND_ASSIGN(auto needs, DapNeeds(profile_, *file));
  ASSERT_EQ(needs.size(), 1u);
  EXPECT_EQ(needs[0].wanted.signing_key, "acme-dap");
  EXPECT_EQ(needs[0].wanted.digest, crypto::Sha256(crypto::Sha256(block)));
  EXPECT_EQ(needs[0].what,
            "the load file of package F043464552525901 1.0 for security domain "
            "A000000151000001: `cardferry approval dap FILE --key acme-dap "
            "--reason ...`");
  profile_.rules.load_file_hash = HashAlgorithm::kSha512;
  profile_.descriptor = card::Descriptor::kSend;
  ASSERT_OK_AND_ASSIGN(needs, DapNeeds(profile_, *file));
  EXPECT_EQ(needs[0].wanted.digest,
            crypto::Sha256(crypto::Sha512(
                *file->cap.LoadFileDataBlock(card::Descriptor::kSend))));
  EXPECT_THAT(needs[0].what,
              HasSubstr("dap FILE --hash sha-512 --with-descriptor --key"));
}

TEST_F(ApprovalNeedsTest, BlocksAreOfTheSignaturesThatAreThere) {
  profile_.rules.daps = {{kDomain, "one"}, {kApplet, "two"}};
  const Bytes hash(32, 0xAA);
  const Signatures signatures = {{{"two", crypto::Sha256(hash)}, {1, 2, 3}},
                                 {{"one", crypto::Sha256(Bytes(32))}, {4}}};
  const auto blocks = DapBlocks(profile_, hash, signatures);
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(blocks[0].security_domain, kApplet);
  EXPECT_EQ(blocks[0].signature, Bytes({1, 2, 3}));
}

TEST_F(ApprovalNeedsTest, ATokenIsPutIntoItsCommandAlone) {
  const card::CommandApdu command = Delete();
  ASSERT_OK_AND_ASSIGN(const auto need, TokenNeed(profile_, command));
  const Signatures signatures = {{need->wanted, Bytes(64, 0x55)}};
  EXPECT_THAT(WithToken(profile_, command, 0x03, signatures),
              IsOkAndHolds(*card::WithToken(command, Bytes(64, 0x55))));
  EXPECT_THAT(WithToken(profile_, Install({}), 0x03, signatures),
              IsOkAndHolds(Install({})));
}

TEST_F(ApprovalNeedsTest, ATokenThatDoesNotFitIsRefusedWithTheNumbers) {
  const card::CommandApdu command = Install(Bytes(140, 0x41));
  ASSERT_OK_AND_ASSIGN(const auto need, TokenNeed(profile_, command));
  const Signatures signatures = {{need->wanted, Bytes(64, 0x55)}};
  EXPECT_THAT(WithToken(profile_, command, 0x01, signatures),
              IsOkAndHolds(testing::_));
  EXPECT_THAT(WithToken(profile_, command, 0x03, signatures),
              StatusIs(StatusCode::kResourceExhausted,
                       HasSubstr("241 bytes with its token of 64; in this "
                                 "session a short one carries at most 239")));
}

TEST_F(ApprovalNeedsTest, SaysEverythingThatIsMissing) {
  FakeSignedContent source;
  const std::vector<ApprovalNeed> needs = {{{"k", Bytes(32, 1)}, "one"},
                                           {{"k", Bytes(32, 2)}, "two"},
                                           {{"k", Bytes(32, 3)}, "three"}};
  source.signatures[needs[1].wanted] = Bytes{2};
  EXPECT_THAT(FindSignatures(needs, &source),
              StatusIs(StatusCode::kInvalidArgument,
                       "the card asks for what nobody has approved, or not for "
                       "now; an approver signs one; and three. Then add the "
                       "job again"));
  source.signatures[needs[0].wanted] = Bytes{1};
  source.signatures[needs[2].wanted] = Bytes{3};
  ASSERT_OK_AND_ASSIGN(const Signatures found, FindSignatures(needs, &source));
  EXPECT_EQ(found, source.signatures);
  EXPECT_THAT(FindSignatures(needs, nullptr),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_OK(FindSignatures({}, nullptr));
  source.fault = absl::UnavailableError("away");
  EXPECT_THAT(FindSignatures(needs, &source),
              StatusIs(StatusCode::kUnavailable, "away"));
}

}  // namespace
}  // namespace cardferry::sequencer
