#include "lib/card/scp/openssl/aes.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;

SecretBytes Key(absl::string_view hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

std::string Mac(absl::string_view key, std::initializer_list<ByteSpan> parts) {
  absl::StatusOr<AesCmac> cmac = AesCmac::Create(Key(key));
  Bytes mac(kAesBlock);
  if (!cmac.ok() || !cmac->Compute(parts, absl::MakeSpan(mac)).ok()) return "";
  return ToHex(mac);
}

std::string Cbc(absl::string_view key, absl::string_view icv,
                absl::string_view data) {
  absl::StatusOr<AesCbc> cbc = AesCbc::Create(Key(key));
  if (!cbc.ok()) return "";
  const auto out = cbc->Encrypt(FromHexOrDie(icv), FromHexOrDie(data));
  return out.ok() ? ToHex(*out) : "";
}

constexpr char kKey128[] = "2B7E151628AED2A6ABF7158809CF4F3C";
constexpr char kKey192[] = "8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B";
constexpr char kKey256[] =
    "603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4";
constexpr char kMessage40[] =
    "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51"
    "30C81C46A35CE411";

// NIST SP 800-38B, appendix D.
TEST(AesCmacTest, GivesTheStandardsAnswers) {
  const Bytes block = FromHexOrDie("6BC1BEE22E409F96E93D7E117393172A");
  const Bytes message = FromHexOrDie(kMessage40);
  EXPECT_EQ(Mac(kKey128, {}), "BB1D6929E95937287FA37D129B756746");
  EXPECT_EQ(Mac(kKey128, {block}), "070A16B46B4D4144F79BDD9DD04A287C");
  EXPECT_EQ(Mac(kKey192, {}), "D17DDF46ADAACDE531CAC483DE7A9367");
  EXPECT_EQ(Mac(kKey192, {block}), "9E99A7BF31E710900662F65E617C5184");
  EXPECT_EQ(Mac(kKey256, {message}), "AAF3D8F1DE5640C232F5B169B9C911E6");
}

TEST(AesCmacTest, ManyPartsAreOneMessage) {
  const Bytes message = FromHexOrDie(kMessage40);
  const ByteSpan all(message);
  EXPECT_EQ(
      Mac(kKey256, {all.first(1), {}, all.subspan(1, 16), all.subspan(17)}),
      "AAF3D8F1DE5640C232F5B169B9C911E6");
}

TEST(AesCmacTest, StartsAnewForEachMessage) {
  ASSERT_OK_AND_ASSIGN(AesCmac cmac, AesCmac::Create(Key(kKey256)));
  Bytes first(kAesBlock);
  Bytes second(kAesBlock);
  EXPECT_OK(cmac.Compute({FromHexOrDie(kMessage40)}, absl::MakeSpan(first)));
  EXPECT_OK(cmac.Compute({FromHexOrDie(kMessage40)}, absl::MakeSpan(second)));
  EXPECT_EQ(first, second);
}

TEST(AesCmacTest, RefusesKeysThatAreNotOfAes) {
  for (const size_t length : {0u, 15u, 17u, 33u}) {
    EXPECT_THAT(AesCmac::Create(SecretBytes(length)),
                StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(AesCbc::Create(SecretBytes(length)),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(AesCmacTest, RefusesRoomOfAnotherSize) {
  ASSERT_OK_AND_ASSIGN(AesCmac cmac, AesCmac::Create(Key(kKey128)));
  Bytes mac(8);
  EXPECT_THAT(cmac.Compute({}, absl::MakeSpan(mac)),
              StatusIs(StatusCode::kInvalidArgument));
}

// NIST SP 800-38A, F.2.1, F.2.3 and F.2.5: two blocks.
TEST(AesCbcTest, GivesTheStandardsAnswers) {
  const char kIcv[] = "000102030405060708090A0B0C0D0E0F";
  const char kData[] =
      "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51";
  EXPECT_EQ(Cbc(kKey128, kIcv, kData),
            "7649ABAC8119B246CEE98E9B12E9197D5086CB9B507219EE95DB113A917678B2");
  EXPECT_EQ(Cbc(kKey192, kIcv, kData),
            "4F021DB243BC633D7178183A9FA071E8B4D9ADA9AD7DEDF4E5E738763F69145A");
  EXPECT_EQ(Cbc(kKey256, kIcv, kData),
            "F58C4C04D6E5F1BA779EABFB5F7BFBD69CFC4E967EDB808D679F777BC6702C7D");
}

TEST(AesCbcTest, RefusesHalfBlocks) {
  ASSERT_OK_AND_ASSIGN(AesCbc cbc, AesCbc::Create(Key(kKey128)));
  EXPECT_THAT(cbc.Encrypt(Bytes(15), Bytes(16)),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(cbc.Encrypt(Bytes(16), Bytes(17)),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::scp
