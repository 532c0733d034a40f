#include "hsm-config/master_facts.h"

#include "gtest/gtest.h"
#include "hsm-config/ceremony.h"
#include "hsm-config/testing/development_import.h"
#include "hsm-config/testing/test_profile.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::hsm {
namespace {

using pkcs11::TestModule;

TEST(MasterFacts, AreReadAsTheyWereWritten) {
  MasterFacts facts;
  facts.zero_encrypted.fill(0xA5);
  facts.check_value = {1, 2, 3};
  facts.derived_check_value = {4, 5, 6};
  const Bytes encoded = facts.Encode();
  EXPECT_EQ(ToHex(encoded), "01A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5010203040506");
  ASSERT_OK_AND_ASSIGN(const MasterFacts again, MasterFacts::Decode(encoded));
  EXPECT_EQ(again.Encode(), encoded);
}

TEST(MasterFacts, RefuseEveryOtherForm) {
  const Bytes right = MasterFacts().Encode();
  for (size_t size = 0; size < right.size(); ++size) {
    EXPECT_THAT(MasterFacts::Decode(ByteSpan(right).subspan(0, size)),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  Bytes longer = right;
  longer.push_back(0);
  EXPECT_THAT(MasterFacts::Decode(longer),
              StatusIs(absl::StatusCode::kDataLoss));
  Bytes other = right;
  other[0] = 2;
  EXPECT_THAT(MasterFacts::Decode(other),
              StatusIs(absl::StatusCode::kDataLoss));
}

// What the ceremony notes of a known master: E(0) and the subkeys of SP
// 800-38B, D.1; the check value is AES(01..01)[0:3] by OpenSSL.
TEST(MasterFacts, NoteAKnownMasterRightly) {
  ASSERT_OK_AND_ASSIGN(const auto test_token,
                       pkcs11::TestToken::Create(TestModule::kSoftHsm));
  ASSERT_OK_AND_ASSIGN(
      const auto token,
      pkcs11::Token::Open(test_token->Options(pkcs11::Access::kReadWrite)));
  const pkcs11::TemplateBuilder builder(
      pkcs11::TemplateRulesFor(token->module().manufacturer()));
  const KeyProfile profile = TestProfile({TestKeySet()});
  const CeremonyRoom room = {token->keep_alive(), builder,
                             pkcs11::KdfRecipe::kAesData};
  std::map<std::string, SecretBytes> known;
  known["test/1/mac"] =
      SecretBytes::CopyOf(FromHexOrDie("2B7E151628AED2A6ABF7158809CF4F3C"));
  ASSERT_OK(ImportKnownKeys(room, profile, known));
  ASSERT_OK_AND_ASSIGN(
      const MasterFacts facts,
      ReadMasterFacts(token->keep_alive(), profile.key_sets[0].mac));
  EXPECT_EQ(ToHex(facts.zero_encrypted), "7DF76B0C1AB899B33E42F047B91B546F");
  EXPECT_EQ(ToHex(facts.check_value), "2CF6A4");
  EXPECT_EQ(ToHex(facts.derived_check_value), "8FF65C");
}

// OpenSSL's triple DES; GlobalPlatform's check value of 40..4F is 8BAF47.
TEST(MasterFacts, NoteAKnownTripleDesMasterRightly) {
  ASSERT_OK_AND_ASSIGN(const auto test_token,
                       pkcs11::TestToken::Create(TestModule::kSoftHsm));
  ASSERT_OK_AND_ASSIGN(
      const auto token,
      pkcs11::Token::Open(test_token->Options(pkcs11::Access::kReadWrite)));
  const pkcs11::TemplateBuilder builder(
      pkcs11::TemplateRulesFor(token->module().manufacturer()));
  const KeyProfile profile =
      TestProfile({{"test", 112, Diversification::kVisa2}});
  const CeremonyRoom room = {token->keep_alive(), builder,
                             pkcs11::KdfRecipe::kAesData,
                             /*allow_test_keys=*/true};
  std::map<std::string, SecretBytes> known;
  known["test/1/mac"] =
      SecretBytes::CopyOf(FromHexOrDie("404142434445464748494A4B4C4D4E4F"));
  ASSERT_OK(ImportKnownKeys(room, profile, known));
  ASSERT_OK_AND_ASSIGN(
      const MasterFacts facts,
      ReadMasterFacts(token->keep_alive(), profile.key_sets[0].mac));
  EXPECT_EQ(ToHex(facts.zero_encrypted), "00000000000000000000000000000000");
  EXPECT_EQ(ToHex(facts.check_value), "8BAF47");
  EXPECT_EQ(ToHex(facts.derived_check_value), "3A99A2");
}

TEST(ReadMasterFacts, SaysWhoseFactsAreMissing) {
  ASSERT_OK_AND_ASSIGN(const auto test_token,
                       pkcs11::TestToken::Create(TestModule::kSoftHsm));
  ASSERT_OK_AND_ASSIGN(
      const auto token,
      pkcs11::Token::Open(test_token->Options(pkcs11::Access::kReadOnly)));
  KeyEntry entry;
  entry.label = "somebody";
  EXPECT_THAT(ReadMasterFacts(token->keep_alive(), entry),
              StatusIs(absl::StatusCode::kNotFound,
                       "0 objects with the facts of master somebody"));
}

}  // namespace
}  // namespace cardferry::hsm
