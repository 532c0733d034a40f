// Signed content on a whole card: DAP, tokens, receipts. Here all keys are
// symmetric; content_key_test has those of other kinds.
#include "cardsim/card/content_security.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cardsim/testing/test_card.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/tlv/tlv.h"
#include "lib/crypto/digest.h"

namespace cardferry::cardsim {
namespace {

constexpr char kDomain[] = "A00000015100000001";
constexpr char kPackage[] = "F04346455252590A";
constexpr char kModule[] = "F04346455252590A01";
constexpr char kDap[] = "01C0";
constexpr char kMandated[] = "01C1";
constexpr char kDelegated[] = "01A0";

ContentKey Key(uint8_t byte) {
  return *ContentKey::Symmetric(KeyType::kAes,
                                SecretBytes::CopyOf(Bytes(16, byte)));
}

CardOptions WithKeys() {
  ContentKeys keys;
  keys.dap.emplace(*card::Aid::FromHex(kDomain), Key(1));
  keys.token = Key(2);
  keys.receipt = Key(3);
  CardOptions options;
  options.content_keys = std::make_shared<ContentKeys>(std::move(keys));
  return options;
}

// length (1) | value, in hexadecimal
std::string Field(const std::string& hex) {
  return absl::StrCat(ToHex({static_cast<uint8_t>(hex.size() / 2)}), hex);
}

// The value of an object that GET DATA answered.
std::string ValueOf(const std::string& answer) {
  return answer.substr(4, answer.size() - 8);
}

class ContentSecurityTest : public testing::Test {
 protected:
  // A card with a security domain that has these privileges.
  void AddDomain(const char* privileges) {
    ASSERT_EQ(card_->Open(0x03), "9000");
    ASSERT_EQ(
        card_->Secure(Command(
            "80E60C00", absl::StrCat("07A000000151535008A000000151535041",
                                     Field(kDomain), privileges, "02C90000"))),
        "009000");
  }
  void SelectDomain() {
    ASSERT_EQ(card_->Send(Command("00A40400", kDomain)).substr(0, 2), "6F");
    ASSERT_EQ(card_->Open(0x03), "9000");
  }

  // INSTALL or DELETE with its token.
  std::string WithToken(const std::string& header, const std::string& fields) {
    const std::string p1p2 = header.substr(4);
    const Bytes token =
        *Key(2).Mac(FromHexOrDie(absl::StrCat(p1p2, Field(fields))));
    const std::string field = header.substr(2, 2) == "E4"
                                  ? ToHex(card::EncodeTlv(0x9E, token))
                                  : Field(ToHex(token));
    return Command(header, absl::StrCat(fields, field));
  }
  // All of INSTALL [for load] but the token.
  std::string LoadFields(const char* domain) const {
    return absl::StrCat(Field(kPackage), Field(domain), Field(ToHex(hash_)),
                        "00");
  }
  // The load file in one LOAD, behind `dap`.
  std::string LoadBlocks(const std::string& dap) {
    return card_->Secure(Command(
        "80E88000",
        absl::StrCat(dap, "C481", ToHex({static_cast<uint8_t>(file_.size())}),
                     ToHex(file_))));
  }
  std::string DapBlock(uint8_t key) const {
    return absl::StrCat("E21D4F09", kDomain, "C310",
                        ToHex(*Key(key).Mac(hash_)));
  }
  std::string LoadInto(const char* domain, const std::string& dap) {
    const std::string began =
        card_->Secure(Command("80E60200", LoadFields(domain) + "00"));
    return began == "009000" ? LoadBlocks(dap) : began;
  }
  // What the card answers as its confirmation with this number.
  std::string Confirmed(uint8_t counter, const std::string& aids) {
    const std::string data =
        absl::StrCat("0200", ToHex({counter}), Field(unique_data_));
    const Bytes receipt = *Key(3).Mac(FromHexOrDie(data + aids));
    return absl::StrCat("10", ToHex(receipt), data, "9000");
  }

  std::unique_ptr<TestCard> card_ = std::make_unique<TestCard>(WithKeys());
  // IIN and CIN: what stands in GET DATA 42 and 45.
  const std::string unique_data_ =
      ValueOf(card_->Send("80CA004200")) + ValueOf(card_->Send("80CA004500"));
  const Bytes file_ = TestLoadFile({});
  const Bytes hash_ = crypto::Sha256(file_);
};

constexpr char kIsd[] = "A000000151000000";

TEST_F(ContentSecurityTest, ADomainThatVerifiesWantsItsDapForItsOwn) {
  AddDomain(kDap);
  EXPECT_EQ(LoadInto(kDomain, ""), "6985");
  EXPECT_EQ(LoadInto(kDomain, DapBlock(2)), "6A80");
  EXPECT_EQ(LoadInto(kDomain, DapBlock(1)), "009000");
}

TEST_F(ContentSecurityTest, OthersNeedNoneButOneThatIsThereIsVerified) {
  AddDomain(kDap);
  EXPECT_EQ(LoadInto(kIsd, DapBlock(2)), "6A80");
  EXPECT_EQ(LoadInto(kIsd, ""), "009000");
}

TEST_F(ContentSecurityTest, AMandatedDapIsWantedByAll) {
  AddDomain(kMandated);
  EXPECT_EQ(LoadInto(kIsd, ""), "6985");
  EXPECT_EQ(LoadInto(kIsd, DapBlock(1)), "009000");
}

TEST_F(ContentSecurityTest, MandatedDapGoesWithDapOnly) {
  ASSERT_EQ(card_->Open(0x03), "9000");
  EXPECT_EQ(card_->Secure(Command(
                "80E60C00", absl::StrCat("07A000000151535008A000000151535041",
                                         Field(kDomain), "0181", "02C90000"))),
            "6A80");
}

TEST_F(ContentSecurityTest, DelegatedManagementNeedsATokenForEachCommand) {
  AddDomain(kDelegated);
  SelectDomain();
  EXPECT_EQ(card_->Secure(Command("80E60200", LoadFields(kDomain) + "00")),
            "6985");
  EXPECT_EQ(card_->Secure(Command("80E40000", "4F08F04346455252590A")), "6985");
  // Another command's token.
  std::string other = WithToken("80E60200", LoadFields(kDomain));
  other.replace(4, 2, "10");
  EXPECT_EQ(card_->Secure(other), "6A80");
}

TEST_F(ContentSecurityTest, DelegatedManagementIsConfirmedWithACounter) {
  AddDomain(kDelegated);
  SelectDomain();
  ASSERT_EQ(card_->Secure(WithToken("80E60200", LoadFields(kDomain))),
            "009000");
  EXPECT_EQ(LoadBlocks(""),
            Confirmed(1, absl::StrCat(Field(kPackage), Field(kDomain))));
  EXPECT_EQ(card_->Secure(WithToken(
                "80E60C00", absl::StrCat(Field(kPackage), Field(kModule),
                                         Field(kModule), "0100", "02C900"))),
            Confirmed(2, absl::StrCat(Field(kPackage), Field(kModule))));
  EXPECT_EQ(
      card_->Secure(WithToken(
          "80E61000", absl::StrCat(Field(kIsd), "00", Field(kModule), "0000"))),
      Confirmed(3, absl::StrCat(Field(kDomain), Field(kModule), Field(kIsd))));
}

TEST_F(ContentSecurityTest, TheCounterOutlivesTheCard) {
  AddDomain(kDelegated);
  SelectDomain();
  ASSERT_EQ(card_->Secure(WithToken("80E60200", LoadFields(kDomain))),
            "009000");
  ASSERT_NE(LoadBlocks(""), "009000");
  card_ = std::make_unique<TestCard>(card_->card().ToState(), WithKeys());
  SelectDomain();
  EXPECT_EQ(card_->Secure(WithToken("80E40000", "4F08F04346455252590A")),
            Confirmed(2, Field(kPackage)));
}

TEST_F(ContentSecurityTest, TheIssuerNeedsNoTokenAndIsNotConfirmed) {
  ASSERT_EQ(card_->Open(0x03), "9000");
  EXPECT_EQ(LoadInto(kIsd, ""), "009000");
  EXPECT_EQ(card_->Secure(WithToken("80E40000", "4F08F04346455252590A")),
            "009000");
  EXPECT_EQ(card_->Secure(Command("80E60200", LoadFields(kIsd) + "0355AA55")),
            "6A80");
}

TEST(ContentSecurityCounterTest, WithoutNumbersNothingIsDelegatedAnyMore) {
  ContentKeys keys;
  keys.token = Key(2);
  keys.receipt = Key(3);
  ContentSecurity security(std::move(keys), {});
  security.set_confirmations(0xFFFE);
  EXPECT_OK(security.Confirm({}));
  EXPECT_EQ(security.confirmations(), 0xFFFF);
  const TokenSplit none{*card::CommandApdu::Create({0x80, 0xE4, 0, 0}, {}), {}};
  EXPECT_FALSE(security.CheckToken(none, /*delegated=*/true).ok());
  EXPECT_OK(security.CheckToken(none, /*delegated=*/false));
}

}  // namespace
}  // namespace cardferry::cardsim
