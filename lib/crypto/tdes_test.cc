#include "lib/crypto/tdes.h"

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::crypto {
namespace {

using absl::StatusCode;

// The examples that NIST publishes for TDES in ECB and CBC mode ("Cryptographic
// Standards and Guidelines: Example Values").
struct Example {
  const char* name;
  const char* key;
  const char* ecb;
  const char* cbc;
};

constexpr char kIv[] = "F69F2445DF4F9B17";
constexpr char kPlain[] =
    "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51";

constexpr Example kExamples[] = {
    {"three keys", "0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123",
     "714772F339841D34267FCC4BD2949CC3EE11C22A576A303876183F99C0B6DE87",
     "2079C3D53AA763E193B79E2569AB5262516570481F25B50F73C0BDA85C8E0DA7"},
    {"two keys", "0123456789ABCDEF23456789ABCDEF01",
     "06EDE3D82884090AFF322C19F0518486730576972A666E58B6C88CF107340D3D",
     "7401CE1EAB6D003CAFF84BF47B36CC2154F0238F9FFECD8F6ACF118392B45581"},
};

SecretBytes Key(absl::string_view hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

std::string Reveal(const absl::StatusOr<SecretBytes>& secret) {
  return secret.ok() ? ToHex(secret->Read(GrantSecretAccess()))
                     : secret.status().ToString();
}

TEST(TdesTest, GivesThePublishedValuesOfBothKeySizes) {
  for (const Example& example : kExamples) {
    SCOPED_TRACE(example.name);
    const SecretBytes key = Key(example.key);
    EXPECT_THAT(TdesEcbEncrypt(key, FromHexOrDie(kPlain)),
                IsOkAndHolds(FromHexOrDie(example.ecb)));
    EXPECT_THAT(TdesCbcEncrypt(key, FromHexOrDie(kIv), FromHexOrDie(kPlain)),
                IsOkAndHolds(FromHexOrDie(example.cbc)));
  }
}

TEST(TdesTest, DecryptsThePublishedValues) {
  for (const Example& example : kExamples) {
    SCOPED_TRACE(example.name);
    const SecretBytes key = Key(example.key);
    EXPECT_THAT(
        TdesCbcDecrypt(key, FromHexOrDie(kIv), FromHexOrDie(example.cbc)),
        IsOkAndHolds(FromHexOrDie(kPlain)));
    EXPECT_EQ(Reveal(TdesEcbUnwrapKey(key, FromHexOrDie(example.ecb))), kPlain);
  }
}

TEST(TdesTest, DerivesKeysByTheSameEncryption) {
  for (const Example& example : kExamples) {
    SCOPED_TRACE(example.name);
    const SecretBytes key = Key(example.key);
    EXPECT_EQ(Reveal(TdesEcbDeriveKey(key, FromHexOrDie(kPlain))), example.ecb);
    EXPECT_EQ(
        Reveal(TdesCbcDeriveKey(key, FromHexOrDie(kIv), FromHexOrDie(kPlain))),
        example.cbc);
  }
}

// FIPS 81, tables B1 and C1: "Now is the time for all ".
TEST(TdesTest, IsSingleDesUnderASingleDesKey) {
  const Bytes plain =
      FromHexOrDie("4E6F77206973207468652074696D6520666F7220616C6C20");
  ASSERT_OK_AND_ASSIGN(const SecretBytes key,
                       SingleDesKey(Key("0123456789ABCDEFFFFFFFFFFFFFFFFF")));
  EXPECT_THAT(TdesEcbEncrypt(key, plain),
              IsOkAndHolds(FromHexOrDie(
                  "3FA40E8A984D48156A271787AB8883F9893D51EC4B563B53")));
  EXPECT_THAT(TdesCbcEncrypt(key, FromHexOrDie("1234567890ABCDEF"), plain),
              IsOkAndHolds(FromHexOrDie(
                  "E5C7CDDE872BF27C43E934008C389C0F683788499A7C05F6")));
}

TEST(TdesTest, GivesNothingForNothing) {
  EXPECT_THAT(TdesEcbEncrypt(Key(kExamples[0].key), {}), IsOkAndHolds(Bytes()));
}

// The lowest bit of each byte of a DES key is parity.
TEST(TdesTest, AnyFlippedBitOfTheKeyButParityChangesTheResult) {
  const Bytes plain = FromHexOrDie(kPlain);
  for (const Example& example : kExamples) {
    Bytes key = FromHexOrDie(example.key);
    for (size_t bit = 0; bit < key.size() * 8; ++bit) {
      key[bit / 8] = static_cast<uint8_t>(key[bit / 8] ^ 1u << bit % 8);
      ASSERT_OK_AND_ASSIGN(const Bytes result,
                           TdesEcbEncrypt(SecretBytes::CopyOf(key), plain));
      EXPECT_EQ(ToHex(result) == example.ecb, bit % 8 == 0)
          << example.name << ", bit " << bit;
      key[bit / 8] = static_cast<uint8_t>(key[bit / 8] ^ 1u << bit % 8);
    }
  }
}

TEST(TdesTest, RefusesEveryOtherKeyLength) {
  for (size_t size = 0; size <= 33; ++size) {
    if (size == 16 || size == 24) continue;
    EXPECT_THAT(TdesEcbEncrypt(SecretBytes(size), Bytes(8)),
                StatusIs(StatusCode::kInvalidArgument))
        << size;
  }
}

TEST(TdesTest, RefusesPartsOfBlocksAndOtherIvs) {
  const SecretBytes key = Key(kExamples[0].key);
  const Bytes iv(8);
  EXPECT_THAT(TdesCbcEncrypt(key, iv, Bytes(7)),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(TdesCbcDecrypt(key, iv, Bytes(9)),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(TdesEcbUnwrapKey(key, Bytes(15)),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(TdesCbcEncrypt(key, Bytes(7), Bytes(8)),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(TdesCbcEncrypt(key, Bytes(), Bytes(8)),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(TdesCbcDeriveKey(key, Bytes(16), Bytes(16)),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(TdesTest, MakesNoSingleDesKeyOfLessThanOne) {
  EXPECT_THAT(
      SingleDesKey(SecretBytes(7)),
      StatusIs(StatusCode::kInvalidArgument, "a DES key has 8 bytes, not 7"));
}

}  // namespace
}  // namespace cardferry::crypto
