// From an approver to a card: what the vault signs with keys of a real module
// is what a card that has their public halves lets in, and nothing else.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cardsim/card/content_security.h"
#include "cardsim/testing/test_card.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"
#include "lib/base/testing/fake_clock.h"
#include "lib/card/gp/content_commands.h"
#include "lib/card/gp/token.h"
#include "lib/crypto/digest.h"
#include "lib/pkcs11/testing/test_token.h"
#include "services/keyvault/approval_desk.h"
#include "services/keyvault/hsm/pkcs11_content_signer.h"
#include "services/keyvault/testing/fake_approvals.h"

namespace cardferry::cardsim {
namespace {

using hsm::ContentSignature;
using pkcs11::SigningAlgorithm;

constexpr char kPackage[] = "F04346455252590A";
constexpr char kDomain[] = "A00000015100000001";

card::Aid Aid(const char* hex) { return *card::Aid::FromHex(hex); }

class ApprovedContentTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(
        module_, pkcs11::TestToken::Create(pkcs11::TestModule::kSoftHsm));
    ASSERT_OK_AND_ASSIGN(
        token_,
        pkcs11::Token::Open(module_->Options(pkcs11::Access::kReadWrite)));
    const std::vector<hsm::SigningKey> keys = {{"dap",
                                                SigningAlgorithm::kRsa2048Pss,
                                                ContentSignature::kDap,
                                                {"dap/1", {0x40, 1}},
                                                {"tests"}},
                                               {"token",
                                                SigningAlgorithm::kEcdsaP256,
                                                ContentSignature::kToken,
                                                {"token/1", {0x40, 2}},
                                                {"tests"}}};
    for (const hsm::SigningKey& key : keys) {
      ASSERT_OK(pkcs11::GenerateSigningKey(
          token_->keep_alive(),
          pkcs11::TemplateRulesFor(token_->module().manufacturer()),
          key.algorithm, key.in_token));
    }
    ASSERT_OK_AND_ASSIGN(signer_,
                         keyvault::Pkcs11ContentSigner::Open(*token_, keys));
    desk_ = std::make_unique<keyvault::ApprovalDesk>(*signer_, ledger_, clock_,
                                                     random_);
    card_ = std::make_unique<TestCard>(Options());
  }

  // A card with the public halves.
  CardOptions Options() const {
    const std::vector<keyvault::ContentKey> keys = signer_->ContentKeys();
    ContentKeys of_card;
    of_card.dap.emplace(Aid(kDomain), ContentKey(*crypto::VerificationKey::Rsa(
                                          keys[0].public_key.modulus,
                                          keys[0].public_key.exponent)));
    of_card.token = ContentKey(*crypto::VerificationKey::Ec(
        crypto::Curve::kP256, keys[1].public_key.point));
    CardOptions options;
    options.content_keys = std::make_shared<ContentKeys>(std::move(of_card));
    return options;
  }

  // A security domain that verifies DAPs and manages by tokens, selected, with
  // a session.
  void EnterDomain() {
    ASSERT_EQ(card_->Open(0x01), "9000");
    ASSERT_EQ(card_->Secure(Command(
                  "80E60C00", absl::StrCat("07A000000151535008A000000151535041",
                                           "09", kDomain, "01E0", "02C90000"))),
              "009000");
    card_->Send(Command("00A40400", kDomain));
    ASSERT_EQ(card_->Open(0x01), "9000");
  }

  Bytes Approve(const char* key, keyvault::ApprovedContent content) {
    const auto approval = desk_->Approve(
        "alice",
        {key, std::move(content), clock_.Now() + absl::Hours(1), "release"});
    EXPECT_OK(approval);
    return approval->signature;
  }

  std::string Send(const card::CommandApdu& command) {
    return card_->Secure(ToHex(command.Encode()));
  }

  // INSTALL [for load] with its token, LOAD with its DAP: the last answer.
  std::string Load(ByteSpan file, ByteSpan token, const Bytes& dap) {
    const auto install =
        card::WithToken(*card::InstallForLoad(Aid(kPackage), Aid(kDomain),
                                              crypto::Sha256(file)),
                        token);
    EXPECT_OK(install);
    std::string answer = Send(*install);
    const auto loads =
        card::LoadCommands(file, 0x01, {card::DapBlock{Aid(kDomain), dap}});
    EXPECT_OK(loads);
    for (const card::CommandApdu& load : *loads) {
      if (answer != "009000") return answer;
      answer = Send(load);
    }
    return answer;
  }

  FakeClock clock_;
  CountingRandom random_;
  keyvault::FakeApprovalLedger ledger_;
  std::unique_ptr<pkcs11::TestToken> module_;
  std::unique_ptr<pkcs11::Token> token_;
  std::unique_ptr<keyvault::Pkcs11ContentSigner> signer_;
  std::unique_ptr<keyvault::ApprovalDesk> desk_;
  std::unique_ptr<TestCard> card_;
};

TEST_F(ApprovedContentTest, IsLoadedAndNothingElse) {
  const Bytes file = TestLoadFile({});
  const Bytes hash = crypto::Sha256(file);
  const Bytes dap = Approve("dap", keyvault::LoadFileApproval{hash});
  const Bytes token = Approve(
      "token", keyvault::LoadApproval{Aid(kPackage), Aid(kDomain), hash});
  EnterDomain();
  Bytes other_file = file;
  other_file.back() ^= 0x01;
  EXPECT_EQ(Load(other_file, token, dap), "6A80");
  Bytes other_dap = dap;
  other_dap.back() ^= 0x01;
  EXPECT_EQ(Load(file, token, other_dap), "6A80");
  EXPECT_EQ(Load(file, token, dap), "009000");
  // What was approved for a load deletes nothing.
  const card::CommandApdu deletion =
      *card::DeleteContent(Aid(kPackage), card::DeleteRelated::kYes);
  EXPECT_EQ(Send(deletion), "6985");
  EXPECT_EQ(Send(*card::WithToken(deletion, token)), "6A80");
  const Bytes approved =
      Approve("token", keyvault::DeleteApproval{Aid(kPackage), true});
  EXPECT_EQ(Send(*card::WithToken(deletion, approved)), "009000");
}

}  // namespace
}  // namespace cardferry::cardsim
