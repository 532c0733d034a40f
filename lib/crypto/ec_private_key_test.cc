#include "lib/crypto/ec_private_key.h"

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::crypto {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

struct KnownAgreement {
  Curve curve;
  const char* value;
  const char* peer;
  const char* secret;
};
// RFC 5903, 8.1 and 8.2; RFC 7027, A.1 and A.2.
constexpr KnownAgreement kKnown[] = {
    {Curve::kP256,
     "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
     "04D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF6356FBF3"
     "CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
     "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE"},
    {Curve::kP384,
     "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655E35B5380"
     "41E649EE3FAEF896783AB194",
     "04E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D0D1AC4"
     "3A0336DEF96FDA41D0774A3571DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C4"
     "16DD5F0C68759DD1FFF83FA40142209DFF5EAAD96DB9E6386C",
     "11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4D6031355"
     "69B9E9D09CF5D4A270F59746"},
    {Curve::kBrainpoolP256r1,
     "81DB1EE100150FF2EA338D708271BE38300CB54241D79950F77B063039804F1D",
     "048D2D688C6CF93E1160AD04CC4429117DC2C41825E1E9FCA0ADDD34E6F1B39F7B990C57"
     "520812BE512641E47034832106BC7D3E8DD0E4C7F1136D7006547CEC6A",
     "89AFC39D41D3B327814B80940B042590F96556EC91E6AE7939BCE31F3A18BF2B"},
    {Curve::kBrainpoolP384r1,
     "1E20F5E048A5886F1F157C74E91BDE2B98C8B52D58E5003D57053FC4B0BD65D6F15EB5D1"
     "EE1610DF870795143627D042",
     "044D44326F269A597A5B58BBA565DA5556ED7FD9A8A9EB76C25F46DB69D19DC8CE6AD18E"
     "404B15738B2086DF37E71D1EB462D692136DE56CBE93BF5FA3188EF58BC8A3A0EC6C1E15"
     "1A21038A42E9185329B5B275903D192F8D4E1F32FE9CC78C48",
     "0BD9D3A7EA0B3D519D09D8E48D0785FB744A6B355E6304BC51C229FBBCE239BBADF64037"
     "15C35D4FB2A5444F575D4F42"},
};

absl::StatusOr<EcPrivateKey> Known(Curve curve, ByteSpan value) {
  return EcPrivateKey::Create(curve, SecretBytes::CopyOf(value));
}

TEST(EcPrivateKeyTest, AgreesOnPublishedSecrets) {
  for (const KnownAgreement& known : kKnown) {
    SCOPED_TRACE(NameOf(known.curve));
    ASSERT_OK_AND_ASSIGN(const EcPrivateKey key,
                         Known(known.curve, FromHexOrDie(known.value)));
    ASSERT_OK_AND_ASSIGN(const SecretBytes secret,
                         key.Agree(FromHexOrDie(known.peer)));
    EXPECT_EQ(ToHex(secret.Read(GrantSecretAccess())), known.secret);
  }
}

TEST(EcPrivateKeyTest, NewKeysOfEveryCurveDifferAndAgreeWithEachOther) {
  for (const Curve curve :
       {Curve::kP256, Curve::kP384, Curve::kP521, Curve::kBrainpoolP256r1,
        Curve::kBrainpoolP384r1, Curve::kBrainpoolP512r1}) {
    SCOPED_TRACE(NameOf(curve));
    ASSERT_OK_AND_ASSIGN(const EcPrivateKey one, EcPrivateKey::Generate(curve));
    ASSERT_OK_AND_ASSIGN(const EcPrivateKey two, EcPrivateKey::Generate(curve));
    EXPECT_NE(one.public_point(), two.public_point());
    ASSERT_OK_AND_ASSIGN(const SecretBytes here, one.Agree(two.public_point()));
    ASSERT_OK_AND_ASSIGN(const SecretBytes there,
                         two.Agree(one.public_point()));
    EXPECT_TRUE(here.Equals(there));
    EXPECT_EQ(here.size(), CoordinateLength(curve));
  }
}

TEST(EcPrivateKeyTest, KnowsItsPublicPoint) {
  // A recorded session's (openscp_scp11a_p256_aes128_S8): ESK and ePK.OCE.
  ASSERT_OK_AND_ASSIGN(
      const EcPrivateKey key,
      Known(Curve::kP256,
            FromHexOrDie("B69D2D4A2544B5938ED3C4F6319810837E4DBBEFF115BD995560"
                         "7E8CDBBBACE5")));
  EXPECT_EQ(ToHex(key.public_point()),
            "0470B0BD7863E90E32DA5401188354D1F41999442FDFDCBA7472B7F1E5DBBF8A32"
            "F92D9D4F9D55C60D57D39BD6D7973306CEA55F7A86884096651A9CCAC8239C92");
}

TEST(EcPrivateKeyTest, RefusesValuesThatAreNoPrivateKey) {
  EXPECT_THAT(Known(Curve::kP256, Bytes(31, 1)),
              StatusIs(kInvalid, "private key of 31 bytes, must have 32"));
  EXPECT_THAT(Known(Curve::kP256, Bytes(32)), StatusIs(kInvalid));
  // The order of P-256, and one less.
  Bytes order = FromHexOrDie(
      "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
  EXPECT_THAT(Known(Curve::kP256, order), StatusIs(kInvalid));
  --order.back();
  EXPECT_OK(Known(Curve::kP256, order));
}

TEST(EcPrivateKeyTest, RefusesPeersThatAreNoPointOfTheCurve) {
  ASSERT_OK_AND_ASSIGN(const EcPrivateKey key,
                       EcPrivateKey::Generate(Curve::kP256));
  const Bytes good = FromHexOrDie(kKnown[0].peer);
  EXPECT_OK(key.Agree(good));
  for (size_t byte = 0; byte < good.size(); byte += 8) {
    Bytes bad = good;
    bad[byte] ^= 0x01;
    EXPECT_THAT(key.Agree(bad), StatusIs(kInvalid)) << byte;
  }
  const auto other_curve = FromHexOrDie(kKnown[2].peer);
  EXPECT_THAT(key.Agree(other_curve), StatusIs(kInvalid));
  EXPECT_THAT(key.Agree({}), StatusIs(kInvalid));
  EXPECT_THAT(key.Agree(Bytes{0x00}), StatusIs(kInvalid));  // infinity
  EXPECT_THAT(key.Agree(ByteSpan(good).first(64)), StatusIs(kInvalid));
}

}  // namespace
}  // namespace cardferry::crypto
