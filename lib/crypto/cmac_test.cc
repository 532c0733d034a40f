#include "lib/crypto/cmac.h"

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::crypto {
namespace {

// NIST SP 800-38B, appendix D (updated examples): messages are the first 0,
// 16, 20 (or 40) and 64 bytes of one text.
struct Example {
  const char* key;
  size_t length;
  const char* mac;
};

constexpr char kText[] =
    "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51"
    "30C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710";
constexpr char kKey128[] = "2B7E151628AED2A6ABF7158809CF4F3C";
constexpr char kKey192[] = "8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B";
constexpr char kKey256[] =
    "603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4";

constexpr Example kExamples[] = {
    {kKey128, 0, "BB1D6929E95937287FA37D129B756746"},
    {kKey128, 16, "070A16B46B4D4144F79BDD9DD04A287C"},
    {kKey128, 40, "DFA66747DE9AE63030CA32611497C827"},
    {kKey128, 64, "51F0BEBF7E3B9D92FC49741779363CFE"},
    {kKey192, 0, "D17DDF46ADAACDE531CAC483DE7A9367"},
    {kKey192, 16, "9E99A7BF31E710900662F65E617C5184"},
    {kKey192, 40, "8A1DE5BE2EB31AAD089A82E6EE908B0E"},
    {kKey192, 64, "A1D5DF0EED790F794D77589659F39A11"},
    {kKey256, 0, "028962F61B7BF89EFC6B551F4667D983"},
    {kKey256, 16, "28A7023F452E8F82BD4BF28D8C37C35C"},
    {kKey256, 40, "AAF3D8F1DE5640C232F5B169B9C911E6"},
    {kKey256, 64, "E1992190549F6ED5696A2C056C315410"},
};

TEST(CmacTest, GivesThePublishedValuesOfAllKeySizes) {
  const Bytes text = FromHexOrDie(kText);
  for (const Example& example : kExamples) {
    const SecretBytes key = SecretBytes::CopyOf(FromHexOrDie(example.key));
    const ByteSpan message = ByteSpan(text).first(example.length);
    EXPECT_THAT(AesCmac(key, message), IsOkAndHolds(FromHexOrDie(example.mac)));
    ASSERT_OK_AND_ASSIGN(const SecretBytes secret, AesCmacSecret(key, message));
    EXPECT_EQ(ToHex(secret.Read(GrantSecretAccess())), example.mac);
  }
}

TEST(CmacTest, AnyFlippedBitOfTheMessageChangesTheMac) {
  const SecretBytes key = SecretBytes::CopyOf(FromHexOrDie(kKey128));
  const Bytes text = FromHexOrDie(kText);
  ASSERT_OK_AND_ASSIGN(const Bytes right, AesCmac(key, text));
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    Bytes changed = text;
    changed[bit / 8] =
        static_cast<uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
    ASSERT_OK_AND_ASSIGN(const Bytes mac, AesCmac(key, changed));
    EXPECT_NE(mac, right) << "bit " << bit;
  }
}

TEST(CmacTest, RefusesEveryOtherKeyLength) {
  for (size_t size = 0; size <= 33; ++size) {
    if (size == 16 || size == 24 || size == 32) continue;
    EXPECT_THAT(AesCmac(SecretBytes(size), {}),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << size;
  }
}

}  // namespace
}  // namespace cardferry::crypto
