#include "lib/crypto/aes.h"

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::crypto {
namespace {

// NIST SP 800-38A, appendix F: keys, IV and plaintext of its examples.
struct Example {
  const char* name;
  const char* key;
  const char* ecb;
  const char* cbc;
};

constexpr char kIv[] = "000102030405060708090A0B0C0D0E0F";
constexpr char kPlain[] =
    "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51";

constexpr Example kExamples[] = {
    {"F.1.1 and F.2.1", "2B7E151628AED2A6ABF7158809CF4F3C",
     "3AD77BB40D7A3660A89ECAF32466EF97F5D3D58503B9699DE785895A96FDBAAF",
     "7649ABAC8119B246CEE98E9B12E9197D5086CB9B507219EE95DB113A917678B2"},
    {"F.1.3 and F.2.3", "8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B",
     "BD334F1D6E45F25FF712A214571FA5CC974104846D0AD3AD7734ECB3ECEE4EEF",
     "4F021DB243BC633D7178183A9FA071E8B4D9ADA9AD7DEDF4E5E738763F69145A"},
    {"F.1.5 and F.2.5",
     "603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4",
     "F3EED1BDB5D2A03C064B5A7E3DB181F8591CCB10D410ED26DC5BA74A31362870",
     "F58C4C04D6E5F1BA779EABFB5F7BFBD69CFC4E967EDB808D679F777BC6702C7D"},
};

SecretBytes Key(absl::string_view hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

TEST(AesTest, GivesThePublishedValuesOfAllKeySizes) {
  for (const Example& example : kExamples) {
    SCOPED_TRACE(example.name);
    const SecretBytes key = Key(example.key);
    EXPECT_THAT(AesEcbEncrypt(key, FromHexOrDie(kPlain)),
                IsOkAndHolds(FromHexOrDie(example.ecb)));
    EXPECT_THAT(AesCbcEncrypt(key, FromHexOrDie(kIv), FromHexOrDie(kPlain)),
                IsOkAndHolds(FromHexOrDie(example.cbc)));
  }
}

TEST(AesTest, DecryptsWhatItEncrypted) {
  for (const Example& example : kExamples) {
    SCOPED_TRACE(example.name);
    const SecretBytes key = Key(example.key);
    EXPECT_THAT(AesEcbDecrypt(key, FromHexOrDie(example.ecb)),
                IsOkAndHolds(FromHexOrDie(kPlain)));
    EXPECT_THAT(
        AesCbcDecrypt(key, FromHexOrDie(kIv), FromHexOrDie(example.cbc)),
        IsOkAndHolds(FromHexOrDie(kPlain)));
  }
}

TEST(AesTest, UnwrapsKeysAsItDecrypts) {
  for (const Example& example : kExamples) {
    SCOPED_TRACE(example.name);
    ASSERT_OK_AND_ASSIGN(const SecretBytes unwrapped,
                         AesCbcUnwrapKey(Key(example.key), FromHexOrDie(kIv),
                                         FromHexOrDie(example.cbc)));
    EXPECT_TRUE(unwrapped.Equals(Key(kPlain)));
  }
  EXPECT_THAT(
      AesCbcUnwrapKey(Key(kExamples[0].key), FromHexOrDie(kIv), Bytes(17)),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(AesTest, GivesNothingForNothing) {
  EXPECT_THAT(AesEcbEncrypt(Key(kExamples[0].key), {}), IsOkAndHolds(Bytes()));
}

TEST(AesTest, AnyFlippedBitOfTheKeyChangesTheResult) {
  const Bytes plain = FromHexOrDie(kPlain);
  for (size_t bit = 0; bit < 128; ++bit) {
    Bytes key = FromHexOrDie(kExamples[0].key);
    key[bit / 8] = static_cast<uint8_t>(key[bit / 8] ^ (1u << (bit % 8)));
    ASSERT_OK_AND_ASSIGN(const Bytes result,
                         AesEcbEncrypt(SecretBytes::CopyOf(key), plain));
    EXPECT_NE(result, FromHexOrDie(kExamples[0].ecb)) << "bit " << bit;
  }
}

TEST(AesTest, RefusesEveryOtherKeyLength) {
  for (size_t size = 0; size <= 33; ++size) {
    if (size == 16 || size == 24 || size == 32) continue;
    EXPECT_THAT(AesEcbEncrypt(SecretBytes(size), FromHexOrDie(kPlain)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << size;
  }
}

TEST(AesTest, RefusesPartsOfBlocksAndOtherIvs) {
  const SecretBytes key = Key(kExamples[0].key);
  const Bytes iv = FromHexOrDie(kIv);
  EXPECT_THAT(AesCbcEncrypt(key, iv, Bytes(15)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(AesCbcDecrypt(key, iv, Bytes(17)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(AesCbcEncrypt(key, Bytes(15), Bytes(16)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(AesCbcEncrypt(key, Bytes(), Bytes(16)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(AesTest, DerivesKeysByTheSameEncryption) {
  for (const Example& example : kExamples) {
    ASSERT_OK_AND_ASSIGN(
        const SecretBytes derived,
        AesEcbDeriveKey(Key(example.key), FromHexOrDie(kPlain)));
    EXPECT_EQ(ToHex(derived.Read(GrantSecretAccess())), example.ecb);
  }
  EXPECT_THAT(AesEcbDeriveKey(SecretBytes(16), Bytes(15)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::crypto
