#include "lib/pkcs11/cmac_kdf.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

using Json = nlohmann::json;

struct Way {
  TestModule module;
  KdfRecipe recipe;
};
std::ostream& operator<<(std::ostream& out, const Way& way) {
  return out << way.module
             << (way.recipe == KdfRecipe::kNative ? "Native" : "AesData");
}

// One derivation with the value that must come out.
struct Case {
  std::string name;
  std::string key;
  KdfInput input;
  Bytes expected;
};

Case Scp03Case(const Json& record) {
  const std::string constant = record["constant"];
  return {record["name"], record["key"],
          Scp03KdfInput(FromHexOrDie(constant)[0], record["bits"].get<size_t>(),
                        FromHexOrDie(record["context"].get<std::string>())),
          FromHexOrDie(record["expected"].get<std::string>())};
}

Case CounterCase(const Json& record) {
  const bool own_names = record.contains("fixed_before");
  const std::string before = record[own_names ? "fixed_before" : "a"];
  const std::string after = record[own_names ? "fixed_after" : "b"];
  const std::string expected =
      record[record.contains("expected") ? "expected" : "derived"];
  return {record["name"],
          record["key"],
          {FromHexOrDie(before), FromHexOrDie(after)},
          FromHexOrDie(expected)};
}

void AddKdf3Cases(const Json& record, std::vector<Case>& cases) {
  const std::string kdd = record["kdd"];
  uint8_t number = 0;
  for (const char* name : {"enc", "mac", "dek"}) {
    ++number;
    const Json& keys =
        record[record.contains("derived") ? "derived" : "expected"];
    if (!keys.contains(name)) continue;
    cases.push_back({std::string(record["name"]) + "/" + name, record["master"],
                     Kdf3Input(number, FromHexOrDie(kdd)),
                     FromHexOrDie(keys[name].get<std::string>())});
  }
}

std::vector<Case> LoadCases() {
  std::vector<Case> cases;
  for (const char* file : {"tests/vectors/real_primitives.json",
                           "tests/vectors/generated_primitives.json"}) {
    std::ifstream stream(file);
    for (const Json& record : Json::parse(stream)) {
      const std::string kind = record["kind"];
      if (kind == "kdf_scp03") cases.push_back(Scp03Case(record));
      if (kind == "kdf_counter") cases.push_back(CounterCase(record));
      if (kind == "diversification" && record["algorithm"] == "KDF3") {
        AddKdf3Cases(record, cases);
      }
    }
  }
  return cases;
}

constexpr size_t kCases = 155;
constexpr size_t kShortCases = 18;  // cryptograms: 8 bytes

class CmacKdfTest : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam().module));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadOnly)));
    builder_ = std::make_unique<TemplateBuilder>(
        TemplateRulesFor(token_->module().manufacturer()));
  }

  Session& session() { return token_->keep_alive(); }

  absl::StatusOr<Object> ImportBase(const std::string& hex, unsigned usages) {
    const KeySpec spec = {CKK_AES,
                          hex.size() / 2,
                          usages,
                          {CKM_AES_ECB, CKM_AES_CBC, CKM_AES_ECB_ENCRYPT_DATA,
                           kSp800_108CounterKdf}};
    return session().ImportKey(SecretBytes::CopyOf(FromHexOrDie(hex)),
                               builder_->ImportedSessionKey(spec));
  }

  // What a derived key, as the vault derives them, makes of a zero block.
  absl::StatusOr<Bytes> Derive(const KdfBase& base, const KdfInput& input,
                               size_t length) {
    ASSIGN_OR_RETURN(
        const Object made,
        DeriveCmacKey(session(), GetParam().recipe, base, input, length,
                      builder_->SessionKey(Cipher(length))));
    return EncryptZero(made);
  }

  // What the key with this value makes of a zero block.
  absl::StatusOr<Bytes> Expected(ByteSpan value) {
    ASSIGN_OR_RETURN(const Object key,
                     session().ImportKey(
                         SecretBytes::CopyOf(value),
                         builder_->ImportedSessionKey(Cipher(value.size()))));
    return EncryptZero(key);
  }

  // Every bit of a derived value: by the way that a logged-in process has into
  // SoftHSM, and NSS outside its own KDF, which only a test may take.
  absl::StatusOr<Bytes> DeriveReadable(const KdfBase& base,
                                       const KdfInput& input, size_t length) {
    Template secret;
    secret.AddUlong(CKA_CLASS, CKO_SECRET_KEY);
    secret.AddUlong(CKA_KEY_TYPE, CKK_GENERIC_SECRET);
    secret.AddUlong(CKA_VALUE_LEN, length);
    secret.AddBool(CKA_TOKEN, false);
    secret.AddBool(CKA_SENSITIVE, false);
    secret.AddBool(CKA_EXTRACTABLE, true);
    ASSIGN_OR_RETURN(const Object made,
                     DeriveCmacKey(session(), GetParam().recipe, base, input,
                                   length, std::move(secret)));
    return session().GetBytes(made.handle(), CKA_VALUE);
  }

  static KeySpec Cipher(size_t length) {
    return {
        CKK_AES, length, static_cast<unsigned>(Usage::kEncrypt), {CKM_AES_ECB}};
  }

  absl::StatusOr<Bytes> EncryptZero(const Object& key) {
    return session().Encrypt(Mechanism::Plain(CKM_AES_ECB), key.handle(),
                             Bytes(16));
  }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
  std::unique_ptr<TemplateBuilder> builder_;
};

// The longest AES key that a value of this size can be cut to; 0 for none.
size_t AesLength(size_t size) {
  return size >= 32 ? 32 : size >= 24 ? 24 : size >= 16 ? 16 : 0;
}

TEST_P(CmacKdfTest, GivesThePublishedKeys) {
  size_t compared = 0;
  for (const Case& test : LoadCases()) {
    const size_t length = AesLength(test.expected.size());
    if (length == 0) continue;  // a cryptogram, too short for a key
    SCOPED_TRACE(test.name);
    ASSERT_OK_AND_ASSIGN(
        const Object base,
        ImportBase(test.key, Usage::kDerive | Usage::kEncrypt));
    ASSERT_OK_AND_ASSIGN(const Bytes expected,
                         Expected(ByteSpan(test.expected).subspan(0, length)));
    EXPECT_THAT(Derive({base.handle(), std::nullopt}, test.input, length),
                IsOkAndHolds(expected));
    ++compared;
  }
  EXPECT_EQ(compared, kCases - kShortCases);
}

TEST_P(CmacKdfTest, GivesThePublishedValuesToTheLastBit) {
  const std::vector<Case> cases = LoadCases();
  EXPECT_EQ(cases.size(), kCases);
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    ASSERT_OK_AND_ASSIGN(
        const Object base,
        ImportBase(test.key, Usage::kDerive | Usage::kEncrypt));
    const absl::StatusOr<Bytes> value = DeriveReadable(
        {base.handle(), std::nullopt}, test.input, test.expected.size());
    if (GetParam().recipe == KdfRecipe::kNative) {
      // NSS's own KDF lets nothing readable out: GivesThePublishedKeys has to
      // do there.
      EXPECT_THAT(value, StatusIs(absl::StatusCode::kPermissionDenied));
    } else {
      EXPECT_THAT(value, IsOkAndHolds(test.expected));
    }
  }
}

// SP 800-38B, appendix D.1: this key and its E(0).
constexpr char kKey[] = "2B7E151628AED2A6ABF7158809CF4F3C";
constexpr char kZeroEncrypted[] = "7DF76B0C1AB899B33E42F047B91B546F";

TEST_P(CmacKdfTest, DerivesFromADeriveOnlyMasterWhoseZeroBlockIsKnown) {
  ASSERT_OK_AND_ASSIGN(const Object free,
                       ImportBase(kKey, Usage::kDerive | Usage::kEncrypt));
  ASSERT_OK_AND_ASSIGN(const Object bound,
                       ImportBase(kKey, static_cast<unsigned>(Usage::kDerive)));
  const KdfInput input = Kdf3Input(2, FromHexOrDie("00010203040506070809"));
  const AesBlock zero = BlockAt(FromHexOrDie(kZeroEncrypted), 0);
  ASSERT_OK_AND_ASSIGN(const Bytes expected,
                       Derive({free.handle(), std::nullopt}, input, 32));
  const uint64_t before = token_->module().call_count();
  ASSERT_OK_AND_ASSIGN(
      const Object made,
      DeriveCmacKey(session(), GetParam().recipe, {bound.handle(), zero}, input,
                    32, builder_->SessionKey(Cipher(32))));
  EXPECT_EQ(token_->module().call_count() - before, 1u);
  EXPECT_THAT(EncryptZero(made), IsOkAndHolds(expected));
}

TEST_P(CmacKdfTest, GivesAnotherKeyForEachBitOfItsInput) {
  ASSERT_OK_AND_ASSIGN(const Object base,
                       ImportBase(kKey, Usage::kDerive | Usage::kEncrypt));
  const Bytes context = FromHexOrDie("000102030405060708090A0B0C0D0E0F");
  const auto derive = [&](const KdfInput& input) {
    return Derive({base.handle(), std::nullopt}, input, 16).value();
  };
  const Bytes right = derive(Scp03KdfInput(0x06, 128, context));
  for (size_t bit = 0; bit < 128; bit += 17) {
    Bytes flipped = context;
    flipped[bit / 8] =
        static_cast<uint8_t>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(derive(Scp03KdfInput(0x06, 128, flipped)), right) << bit;
  }
  EXPECT_NE(derive(Scp03KdfInput(0x07, 128, context)), right);
  EXPECT_NE(derive(Scp03KdfInput(0x06, 192, context)), right);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, CmacKdfTest,
    testing::Values(Way{TestModule::kSoftHsm, KdfRecipe::kAesData},
                    Way{TestModule::kNss, KdfRecipe::kAesData},
                    Way{TestModule::kNss, KdfRecipe::kNative}),
    testing::PrintToStringParamName());

TEST(KdfInput, LaysOutKdf3AndScp03AsTheirTextsSay) {
  const KdfInput kdf3 = Kdf3Input(3, FromHexOrDie("A0A1A2A3A4A5A6A7A8A9"));
  EXPECT_EQ(ToHex(kdf3.before), "");
  EXPECT_EQ(ToHex(kdf3.after), "0000000300A0A1A2A3A4A5A6A7A8A9");
  const KdfInput with_length =
      Kdf3WithLengthInput(3, FromHexOrDie("A0A1A2A3A4A5A6A7A8A9"), 192);
  EXPECT_EQ(ToHex(with_length.after), "0000000300A0A1A2A3A4A5A6A7A8A900C0");
  const KdfInput scp03 = Scp03KdfInput(0x04, 256, FromHexOrDie("0102"));
  EXPECT_EQ(ToHex(scp03.before), "000000000000000000000004000100");
  EXPECT_EQ(ToHex(scp03.after), "0102");
}

}  // namespace
}  // namespace cardferry::pkcs11
