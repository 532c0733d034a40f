// From an approver's signature to the card that asks for it: keys of a real
// module, the sequencer's plans, the simulated card's checks.
#include <string>
#include <utility>

#include "cardsim/testing/test_host.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"
#include "lib/crypto/hash_algorithm.h"
#include "lib/pkcs11/testing/test_token.h"
#include "services/keyvault/approval_desk.h"
#include "services/keyvault/hsm/pkcs11_content_signer.h"
#include "services/keyvault/testing/fake_approvals.h"
#include "tests/sequencer/insertion_test.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using crypto::HashAlgorithm;
using hsm::ContentSignature;
using pkcs11::SigningAlgorithm;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const card::Aid kPackage = *card::Aid::FromHex("F043464552525901");
const card::Aid kDomain = *card::Aid::FromHex("A00000015100000001");

constexpr uint8_t kVerifiesAll = 0xC1;  // Mandated DAP Verification
constexpr uint8_t kDelegated = 0xA0;    // Delegated Management

// One token for all tests: keys take long to make.
class Signers {
 public:
  static Signers& Get() {
    static auto* const signers = new Signers;
    return *signers;
  }
  keyvault::ContentSigner& signer() { return *signer_; }

  cardsim::ContentKey Key(size_t index) const {
    const keyvault::ContentKey key = signer_->ContentKeys()[index];
    return cardsim::ContentKey(*crypto::VerificationKey::FromPem(key.pem));
  }

 private:
  Signers() {
    module_ = *pkcs11::TestToken::Create(pkcs11::TestModule::kSoftHsm);
    token_ = *pkcs11::Token::Open(module_->Options(pkcs11::Access::kReadWrite));
    const auto key = [](const char* name, SigningAlgorithm algorithm,
                        ContentSignature signs, uint8_t id) {
      return hsm::SigningKey{
          name, algorithm, signs, {name, {0x40, id}}, {"tests"}};
    };
    const std::vector<hsm::SigningKey> keys = {
        key("rsa-dap", SigningAlgorithm::kRsa2048Pss, ContentSignature::kDap,
            1),
        key("ec-dap", SigningAlgorithm::kEcdsaP256, ContentSignature::kDap, 2),
        key("token", SigningAlgorithm::kEcdsaP384, ContentSignature::kToken,
            3)};
    for (const hsm::SigningKey& one : keys) {
      EXPECT_OK(pkcs11::GenerateSigningKey(
          token_->keep_alive(),
          pkcs11::TemplateRulesFor(token_->module().manufacturer()),
          one.algorithm, one.in_token));
    }
    signer_ = *keyvault::Pkcs11ContentSigner::Open(*token_, keys);
  }

  std::unique_ptr<pkcs11::TestToken> module_;
  std::unique_ptr<pkcs11::Token> token_;
  std::unique_ptr<keyvault::Pkcs11ContentSigner> signer_;
};

// Gives signatures with one bit changed where it is told to.
class FlippingSigner final : public keyvault::ContentSigner {
 public:
  bool flips = false;

  std::vector<keyvault::ContentKey> ContentKeys() const override {
    return Signers::Get().signer().ContentKeys();
  }
  absl::StatusOr<Bytes> Sign(const std::string& name, ContentSignature kind,
                             ByteSpan message) override {
    auto signature = Signers::Get().signer().Sign(name, kind, message);
    if (flips && signature.ok()) signature->back() ^= 0x01;
    return signature;
  }
};

class ApprovalsTest : public InsertionTest {
 protected:
  ApprovalsTest() { desk_ = &approvals_; }

  // A card with a security domain of these privileges that has the public
  // halves, and a sequencer whose profile asks for what `rules_` says.
  void NewCardWithDomain(uint8_t privileges, size_t dap_key = 0) {
    cardsim::ContentKeys keys;
    keys.dap.emplace(kDomain, Signers::Get().Key(dap_key));
    keys.token = Signers::Get().Key(2);
    if (rules_.receipts) {
      keys.receipt = *cardsim::ContentKey::Symmetric(
          cardsim::KeyType::kAes,
          *keyvault::DeriveCardKey(key_set_, 4,
                                   CardKeys().diversification_data));
      if (wrong_receipts_) {
        keys.receipt = *cardsim::ContentKey::Symmetric(
            cardsim::KeyType::kAes, SecretBytes::CopyOf(Bytes(16, 0x42)));
      }
    }
    content_keys_ = std::make_shared<cardsim::ContentKeys>(std::move(keys));
    NewCard();
    cardsim::TestHost host(CardKeys());
    Send(host.InitializeUpdate(), &host);
    Send(host.ExternalAuthenticate(0x01));
    // Package, module and instance of a security domain.
    Send(host.Protect(*card::InstallAndMakeSelectable(
        {*card::Aid::FromHex("A0000001515350"),
         *card::Aid::FromHex("A000000151535041"),
         kDomain,
         {privileges},
         {}},
        0x01)));
    Serve(card::DeleteRelated::kNo);
  }

  void Send(const card::CommandApdu& command,
            cardsim::TestHost* host = nullptr) {
    const card::ResponseApdu answer = card_->Process(command);
    ASSERT_EQ(answer.sw, card::kSuccess);
    if (host != nullptr) {
      ASSERT_TRUE(host->TakeAnswer(answer.data));
    }
  }

  void Approve(const char* key, keyvault::ApprovedContent content) {
    EXPECT_OK(approvals_.Approve(
        "alice",
        {key, std::move(content), clock_.Now() + absl::Hours(1), "release"}));
  }

  Bytes Hash() const {
    return crypto::Digest(
        *rules_.load_file_hash,
        *LoadApplet("brokerage.cap")
             ->cap.LoadFileDataBlock(card::Descriptor::kLeaveOut));
  }

  void ApproveLoadAndInstall() {
    Approve("token", keyvault::LoadApproval{kPackage, kDomain, Hash()});
    const ByteSpan account = AsBytes(kAccount);
    Approve("token",
            keyvault::InstallApproval{{kPackage,
                                       kBrokerageApplet,
                                       kBrokerageApplet,
                                       {0x00},
                                       Bytes(account.begin(), account.end())}});
  }

  // The sequencer speaks to the domain, whose content others manage by tokens.
  void UseDelegatedDomain() {
    rules_.load_file_hash = HashAlgorithm::kSha256;
    rules_.token_key = "token";
    rules_.tokens = {TokenFor::kLoad, TokenFor::kInstall,
                     TokenFor::kExtradition, TokenFor::kDelete};
    domain_ = kDomain;
    NewCardWithDomain(kDelegated);
  }

  bool wrong_receipts_ = false;
  FlippingSigner signer_;
  keyvault::FakeApprovalLedger approval_ledger_;
  CountingRandom ids_;
  keyvault::ApprovalDesk approvals_{signer_, approval_ledger_, clock_, ids_};
};

INSTANTIATE_TEST_SUITE_P(CardTypes, ApprovalsTest,
                         testing::Values(CardType{"Scp03", 128, "kdf3", 0x70},
                                         CardType{"Scp03REnc", 128, "kdf3",
                                                  0x70, 0x33},
                                         CardType{"Scp02", 112, "visa2", 0x15}),
                         NameOfCardType);

TEST_P(ApprovalsTest, ADapByRsaOrEcdsaLetsTheLoadFileIn) {
  for (const size_t key : {0u, 1u}) {
    const char* const name = key == 0 ? "rsa-dap" : "ec-dap";
    rules_.load_file_hash = HashAlgorithm::kSha256;
    rules_.daps = {{kDomain, name}};
    NewCardWithDomain(kVerifiesAll, key);
    if (key == 1) {
      EXPECT_THAT(Prepare(), StatusIs(StatusCode::kInvalidArgument));
    }
    Approve(name, keyvault::LoadFileApproval{Hash()});
    const Conclusion conclusion = InsertUntilKnown();
    EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
    EXPECT_THAT(card_->registry().packages(), SizeIs(1)) << name;
  }
}

TEST_P(ApprovalsTest, ADapIsOverTheHashOfTheProfile) {
  for (const HashAlgorithm hash :
       {HashAlgorithm::kSha1, HashAlgorithm::kSha384, HashAlgorithm::kSha512}) {
    rules_.load_file_hash = hash;
    rules_.daps = {{kDomain, "rsa-dap"}};
    NewCardWithDomain(kVerifiesAll);
    Approve("rsa-dap", keyvault::LoadFileApproval{Hash()});
    EXPECT_EQ(InsertUntilKnown().outcome, Outcome::kDone)
        << crypto::NameOf(hash);
  }
}

TEST_P(ApprovalsTest, WithoutItsDapNothingIsSentToTheCard) {
  rules_.load_file_hash = HashAlgorithm::kSha256;
  rules_.daps = {{kDomain, "rsa-dap"}};
  NewCardWithDomain(kVerifiesAll);
  EXPECT_THAT(
      Prepare(),
      StatusIs(StatusCode::kInvalidArgument,
               AllOf(HasSubstr("package F043464552525901 1.0 for security "
                               "domain A00000015100000001"),
                     HasSubstr("`cardferry approval dap FILE --key rsa-dap"))));
  Approve("rsa-dap", keyvault::LoadFileApproval{Bytes(32)});  // another file
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kInvalidArgument));
  Approve("rsa-dap", keyvault::LoadFileApproval{Hash()});
  EXPECT_OK(Prepare());
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kInvalidArgument));
}

TEST_P(ApprovalsTest, AFlippedBitInADapIsRefusedByTheCard) {
  rules_.load_file_hash = HashAlgorithm::kSha256;
  for (const size_t key : {0u, 1u}) {
    rules_.daps = {{kDomain, key == 0 ? "rsa-dap" : "ec-dap"}};
    NewCardWithDomain(kVerifiesAll, key);
    signer_.flips = true;
    Approve(rules_.daps[0].signing_key.c_str(),
            keyvault::LoadFileApproval{Hash()});
    const Conclusion conclusion = InsertUntilKnown();
    EXPECT_EQ(conclusion.outcome, Outcome::kFailed);
    EXPECT_THAT(conclusion.reason, HasSubstr("6A80"));
    EXPECT_THAT(card_->registry().packages(), IsEmpty());
  }
}

TEST_P(ApprovalsTest, TokensLetLoadInstallAndDeleteThrough) {
  UseDelegatedDomain();
  ApproveLoadAndInstall();
  Conclusion conclusion = InsertUntilKnown();
  ASSERT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(changes_, 5u);
  EXPECT_THAT(card_->registry().packages(), SizeIs(1));

  desired_ = {{}, {kPackage}, {}};
  EXPECT_THAT(
      Prepare(),
      StatusIs(
          StatusCode::kInvalidArgument,
          AllOf(HasSubstr("`cardferry approval delete F04346455252590101"),
                HasSubstr("`cardferry approval delete F043464552525901 "))));
  Approve("token", keyvault::DeleteApproval{kBrokerageApplet, false});
  Approve("token", keyvault::DeleteApproval{kPackage, false});
  conclusion = InsertUntilKnown();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_THAT(card_->registry().packages(), IsEmpty());
}

TEST_P(ApprovalsTest, WithoutTokensNothingIsSentToTheCard) {
  UseDelegatedDomain();
  EXPECT_THAT(Prepare(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("`cardferry approval load FILE --domain "
                                       "A00000015100000001 --key token"),
                             HasSubstr("`cardferry approval install --package "
                                       "F043464552525901"))));
  // One of the two is not enough, nor is one for other parameters.
  Approve("token", keyvault::LoadApproval{kPackage, kDomain, Hash()});
  Approve("token",
          keyvault::InstallApproval{
              {kPackage, kBrokerageApplet, kBrokerageApplet, {0x00}, {0x01}}});
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kInvalidArgument,
                                  testing::Not(HasSubstr("approval load"))));
}

TEST_P(ApprovalsTest, AFlippedBitInATokenIsRefusedByTheCard) {
  UseDelegatedDomain();
  signer_.flips = true;
  ApproveLoadAndInstall();
  const Conclusion conclusion = InsertUntilKnown();
  EXPECT_EQ(conclusion.outcome, Outcome::kFailed);
  EXPECT_THAT(conclusion.reason, HasSubstr("INSTALL [for load]"));
  EXPECT_THAT(card_->registry().packages(), IsEmpty());
}

// Receipts are by AES keys: SCP03's types of cards.
class ReceiptsTest : public ApprovalsTest {};

INSTANTIATE_TEST_SUITE_P(
    CardTypes, ReceiptsTest,
    testing::Values(CardType{"Scp03", 128, "kdf3", 0x70},
                    CardType{"Scp03RMac", 256, "kdf3", 0x20, 0x13},
                    CardType{"Scp03REnc", 128, "kdf3", 0x70, 0x33}),
    NameOfCardType);

TEST_P(ReceiptsTest, WhatTheCardConfirmsIsVerifiedAndCounted) {
  rules_.receipts = true;
  UseDelegatedDomain();
  ApproveLoadAndInstall();
  Conclusion conclusion = InsertUntilKnown();
  ASSERT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_THAT(conclusion.alarms, IsEmpty());
  ASSERT_THAT(conclusion.receipts, SizeIs(2));
  EXPECT_EQ(conclusion.receipts[0].text, "package F043464552525901 was loaded");
  EXPECT_EQ(conclusion.receipts[0].counter, 1u);
  EXPECT_TRUE(conclusion.receipts[0].verified);
  EXPECT_EQ(conclusion.receipts[1].counter, 2u);
  EXPECT_TRUE(conclusion.receipts[1].verified);
  EXPECT_EQ(record_->confirmation_counter, 2u);
  EXPECT_THAT(conclusion.facts,
              testing::Contains(Fact{
                  "the card has confirmed that applet F04346455252590101 was "
                  "installed (confirmation 2)",
                  Assurance::kProven}));

  desired_ = {{}, {kPackage}, {}};
  Approve("token", keyvault::DeleteApproval{kBrokerageApplet, false});
  Approve("token", keyvault::DeleteApproval{kPackage, false});
  conclusion = InsertUntilKnown();
  ASSERT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_THAT(conclusion.alarms, IsEmpty());
  EXPECT_THAT(conclusion.receipts, SizeIs(2));
  EXPECT_EQ(record_->confirmation_counter, 4u);
}

TEST_P(ReceiptsTest, ACardWithAnotherKeyIsFoundOut) {
  rules_.receipts = true;
  wrong_receipts_ = true;
  UseDelegatedDomain();
  ApproveLoadAndInstall();
  const Conclusion conclusion = InsertUntilKnown();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone);
  ASSERT_THAT(conclusion.alarms, SizeIs(2));
  EXPECT_THAT(conclusion.alarms[0], HasSubstr("its MAC is wrong"));
  EXPECT_FALSE(conclusion.receipts[0].verified);
  EXPECT_EQ(record_->confirmation_counter, std::nullopt);
}

TEST_P(ReceiptsTest, ACardThatConfirmsNothingIsFoundOut) {
  UseDelegatedDomain();  // made without a key for receipts
  rules_.receipts = true;
  Serve(card::DeleteRelated::kNo);
  ApproveLoadAndInstall();
  const Conclusion conclusion = InsertUntilKnown();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone);
  ASSERT_THAT(conclusion.alarms, SizeIs(2));
  EXPECT_THAT(conclusion.alarms[1], HasSubstr("gave no receipt that applet"));
}

TEST_P(ReceiptsTest, AnOldCounterIsFoundOut) {
  rules_.receipts = true;
  UseDelegatedDomain();
  ApproveLoadAndInstall();
  const DesiredState wanted = std::exchange(desired_, {});
  InsertUntilKnown();  // the card is read
  desired_ = wanted;
  const auto prepared = Prepare();
  ASSERT_OK(prepared);
  BundleState state = prepared->state;
  state.record.confirmation_counter = 1;
  const auto conclusion = sequencer_->Conclude(state, Run(prepared->script));
  ASSERT_OK(conclusion);
  ASSERT_EQ(conclusion->outcome, Outcome::kDone) << conclusion->reason;
  ASSERT_THAT(conclusion->alarms, SizeIs(1));
  EXPECT_THAT(conclusion->alarms[0], HasSubstr("its counter is 1"));
  EXPECT_EQ(conclusion->record.confirmation_counter, 2u);
}

}  // namespace
}  // namespace cardferry::sequencer
