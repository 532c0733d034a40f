// The keys of file-oriented cards in SoftHSM2 and in NSS softokn do what the
// same keys do over OpenSSL, which is held to ICAO Doc 9303-11; the published
// example with keys in the module is in
// //lib/pkcs11:mutual_authentication_test.
#include "services/keyvault/hsm/pkcs11_file_keys.h"

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/card/sm/secure_messaging.h"
#include "lib/pkcs11/token.h"
#include "services/keyvault/hsm/pkcs11_hsm_keys.h"
#include "services/keyvault/hsm/testing/test_vault.h"
#include "services/keyvault/testing/known_card.h"
#include "services/keyvault/testing/openssl_file_keys.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::TestModule;

struct Kind {
  const char* name;
  int key_bits;
  const char* diversification;
  size_t key_length;
  size_t block;
};
const Kind kKinds[] = {{"TripleDesVisa2", 112, "visa2", 16, 8},
                       {"TripleDesEmvCps", 112, "emv-cps", 16, 8},
                       {"TripleDesTemplate", 112, "ecb/1", 16, 8},
                       {"Aes128", 128, "kdf3", 16, 16},
                       {"Aes256", 256, "kdf3", 32, 16}};

std::string NameOf(TestModule module) {
  return module == TestModule::kNss ? "Nss" : "SoftHsm";
}

class Pkcs11FileKeysTest
    : public testing::TestWithParam<std::tuple<TestModule, Kind>> {
 protected:
  void SetUp() override {
    const auto& [module, kind] = GetParam();
    hsm::TestKeySet set{"files", static_cast<size_t>(kind.key_bits),
                        hsm::DiversificationNamed(kind.diversification)};
    if (set.diversification == hsm::Diversification::kTemplate) {
      set.form = kind.diversification;
    }
    set.file_cards = true;
    std::map<std::string, SecretBytes> known;
    known["files/1/enc"] = SecretBytes::CopyOf(key_set_.master_enc);
    known["files/1/mac"] = SecretBytes::CopyOf(key_set_.master_mac);
    known["files/1/dek"] = SecretBytes::CopyOf(key_set_.master_mac);
    ASSERT_OK_AND_ASSIGN(vault_,
                         TestVault::Create(module, {set, {"scp03"}}, known));
    ASSERT_OK_AND_ASSIGN(hsm_keys_, Pkcs11HsmKeys::Open(vault_->Options()));
    keys_ = std::make_unique<Pkcs11FileKeys>(hsm_keys_->context());
  }

  static KnownKeySet MakeKeySet() {
    const Kind& kind = std::get<Kind>(GetParam());
    KnownKeySet set = TestKeySet(kind.key_bits, kind.diversification);
    set.description.name = "files";
    set.description.protocol = kFileCards;
    return set;
  }

  FileHandshake Handshake() const {
    return {card_, FromHexOrDie("781723860C06C226"),
            FromHexOrDie("4608F91988702212"),
            SecretBytes::CopyOf(
                Bytes(std::get<Kind>(GetParam()).key_length, 0x0B))};
  }

  // What a card with these keys answers: made by the same recipe with host and
  // card changed about.
  Bytes Answer() {
    FileHandshake turned = Handshake();
    std::swap(turned.host_challenge, turned.card_challenge);
    turned.host_key =
        SecretBytes::CopyOf(Bytes(std::get<Kind>(GetParam()).key_length, 0xC1));
    return *reference_.AuthenticationToken(turned);
  }

  sm::SendSequenceCounter Counter() const {
    return *sm::SendSequenceCounter::Create(
        Bytes(std::get<Kind>(GetParam()).block, 0x42));
  }

  const CardKeySelection card_{"files", 1, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}};
  const KnownKeySet key_set_ = MakeKeySet();
  OpensslFileKeys reference_{key_set_};
  std::unique_ptr<TestVault> vault_;
  std::unique_ptr<Pkcs11HsmKeys> hsm_keys_;
  std::unique_ptr<Pkcs11FileKeys> keys_;
};

TEST_P(Pkcs11FileKeysTest, MakesTheReferencesToken) {
  EXPECT_THAT(keys_->AuthenticationToken(Handshake()),
              IsOkAndHolds(*reference_.AuthenticationToken(Handshake())));
}

TEST_P(Pkcs11FileKeysTest, ProtectsAndVerifiesAsTheReference) {
  ASSERT_OK_AND_ASSIGN(const auto cipher,
                       keys_->OpenFileSession(Handshake(), Answer()));
  ASSERT_OK_AND_ASSIGN(const auto known,
                       reference_.OpenFileSession(Handshake(), Answer()));
  EXPECT_EQ(cipher->block_size(), known->block_size());
  const std::vector<card::CommandApdu> commands = {
      *card::CommandApdu::Create({0x00, 0xA4, 0x08, 0x04}, {0x50, 0x00}, 256),
      *card::CommandApdu::Create({0x00, 0xD6, 0x00, 0x00}, Bytes(100, 0x77),
                                 std::nullopt),
      *card::CommandApdu::Create({0x00, 0xB0, 0x00, 0x00}, {}, 200)};
  sm::SendSequenceCounter counter = Counter();
  sm::SendSequenceCounter known_counter = Counter();
  ASSERT_OK_AND_ASSIGN(
      const auto done,
      sm::ProtectCommands(*cipher, sm::Confidentiality::kEncrypted, counter,
                          commands));
  ASSERT_OK_AND_ASSIGN(
      const auto expected,
      sm::ProtectCommands(*known, sm::Confidentiality::kEncrypted,
                          known_counter, commands));
  for (size_t i = 0; i < commands.size(); ++i) {
    EXPECT_EQ(ToHex(done[i].Encode()), ToHex(expected[i].Encode())) << i;
  }
  // Both directions of encryption.
  const std::vector<sm::SmCipher::Blocks> texts = {
      {Counter().bytes(), Bytes(32, 0x11)},
      {Counter().After(1).bytes(), Bytes(16, 0x12)}};
  ASSERT_OK_AND_ASSIGN(const auto encrypted, cipher->Encrypt(texts));
  EXPECT_THAT(known->Encrypt(texts), IsOkAndHolds(encrypted));
  EXPECT_THAT(cipher->Decrypt({{texts[0].counter, encrypted[0]},
                               {texts[1].counter, encrypted[1]}}),
              IsOkAndHolds(std::vector<Bytes>{texts[0].data, texts[1].data}));
}

TEST_P(Pkcs11FileKeysTest, EveryBitOfAMessageCounts) {
  ASSERT_OK_AND_ASSIGN(const auto cipher,
                       keys_->OpenFileSession(Handshake(), Answer()));
  const Bytes message(2 * cipher->block_size(), 0x33);
  ASSERT_OK_AND_ASSIGN(const auto right, cipher->Macs({message}));
  for (size_t bit = 0; bit < 8 * message.size(); bit += 5) {
    Bytes flipped = message;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    ASSERT_OK_AND_ASSIGN(const auto other, cipher->Macs({flipped}));
    EXPECT_NE(other, right) << bit;
  }
}

TEST_P(Pkcs11FileKeysTest, AChangedAnswerOpensNoSession) {
  const Bytes answer = Answer();
  for (size_t bit = 0; bit < 8 * answer.size(); bit += 13) {
    Bytes flipped = answer;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    EXPECT_THAT(keys_->OpenFileSession(Handshake(), flipped),
                StatusIs(absl::StatusCode::kDataLoss))
        << bit;
  }
  // Bytes that each scheme takes one of.
  FileHandshake other = Handshake();
  other.card.key_diversification_data[1] ^= 0x01;
  other.card.key_diversification_data[5] ^= 0x01;
  EXPECT_THAT(keys_->OpenFileSession(std::move(other), answer),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_P(Pkcs11FileKeysTest, NoKeyOfASessionCanBeRead) {
  pkcs11::Session& view = hsm_keys_->token().keep_alive();
  pkcs11::Template criteria;
  criteria.AddUlong(CKA_CLASS, CKO_SECRET_KEY);
  ASSERT_OK_AND_ASSIGN(const auto before, view.Find(criteria));
  ASSERT_OK_AND_ASSIGN(const auto cipher,
                       keys_->OpenFileSession(Handshake(), Answer()));
  ASSERT_OK_AND_ASSIGN(const auto all, view.Find(criteria));
  // Its keys for encryption and MACs; of triple DES also the MACs' half.
  const bool is_des = std::get<Kind>(GetParam()).block == 8;
  EXPECT_EQ(all.size(), before.size() + (is_des ? 3 : 2));
  for (const pkcs11::ObjectHandle key : all) {
    EXPECT_THAT(view.GetBytes(key, CKA_VALUE),
                StatusIs(absl::StatusCode::kPermissionDenied));
    EXPECT_THAT(view.GetBool(key, CKA_EXTRACTABLE), IsOkAndHolds(false));
  }
}

TEST_P(Pkcs11FileKeysTest, APasswordIsTheCardsOwn) {
  ASSERT_OK_AND_ASSIGN(const SecretBytes password,
                       keys_->CardPassword(card_, 1, 8));
  EXPECT_TRUE(reference_.CardPassword(card_, 1, 8)->Equals(password));
  EXPECT_EQ(password.size(), 8u);
  CardKeySelection other = card_;
  other.key_diversification_data[5] ^= 0x01;
  EXPECT_FALSE(keys_->CardPassword(other, 1, 8)->Equals(password));
  EXPECT_FALSE(keys_->CardPassword(card_, 2, 8)->Equals(password));
  EXPECT_THAT(keys_->CardPassword(card_, 1, 3),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(Pkcs11FileKeysTest, KeysOfOtherCardsAreRefused) {
  FileHandshake other = Handshake();
  other.card.key_set = "scp03";
  EXPECT_THAT(keys_->AuthenticationToken(other),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "key set scp03 is not of file-oriented cards"));
  other.card.key_set = "none";
  EXPECT_THAT(keys_->AuthenticationToken(other),
              StatusIs(absl::StatusCode::kNotFound));
}

INSTANTIATE_TEST_SUITE_P(Modules, Pkcs11FileKeysTest,
                         testing::Combine(testing::Values(TestModule::kSoftHsm,
                                                          TestModule::kNss),
                                          testing::ValuesIn(kKinds)),
                         [](const auto& row) {
                           return NameOf(std::get<0>(row.param)) +
                                  std::get<1>(row.param).name;
                         });

}  // namespace
}  // namespace cardferry::keyvault
