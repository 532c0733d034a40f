#include "lib/crypto/signature.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::crypto {
namespace {

using absl::StatusCode;

// What GlobalPlatform's token of DELETE signs; keys and signatures made by
// another implementation (tests/vectors/generated_primitives.json).
constexpr char kMessage[] = "00000D4F0BA00000006203010C010102";

struct Signed {
  std::string name;
  absl::StatusOr<VerificationKey> key;
  Bytes signature;
};

std::vector<Signed> SignedMessages() {
  std::vector<Signed> list;
  const auto add = [&list](const char* name,
                           absl::StatusOr<VerificationKey> key,
                           const std::string& signature) {
    list.push_back({name, std::move(key), FromHexOrDie(signature)});
  };
  add("ecdsa_P256",
      VerificationKey::Ec(
          Curve::kP256,
          FromHexOrDie(
              "04E646F949A37B271406B7D6BFA58ED20FA68F9875F7BE49B8DF025B4FF7178D"
              "496208C80B206201B90FB3A6504EBB832339B086B1C4119FA4778230759B0398"
              "84")),
      "2B65EE3E7F9D372DF0294C953998A982BA2100FC0F5A3A2074FC8E568EDAC746"
      "3C4CD70AF491F77C726896DB76D1DD679BB7F2E9574A2029DB2CC1DD72FF37EB");
  add("ecdsa_P384",
      VerificationKey::Ec(
          Curve::kP384,
          FromHexOrDie(
              "042D54DB064D4175C5C4F8E944696A19BA780AAFEB14D4453CB588DD0E03D018"
              "622532A850023AE050E6BBD58E37179C96142CD7A7EE07469AC9E4324571F77E"
              "BA791189C241E388EB96BEF8ABBEDCFB472115596A2C6BC54B2818EF4FC67FE0"
              "2F")),
      "4258E8F98F250DCA66E48C2F80FCCB928E2800BEE922A159F2B7D30B311222B7"
      "E8681FA1C98AD2AF0C12E675CBD76C99B3E4E460B4658FD720108D822667D338"
      "4DDC32F0ADE0040F4E7422A9E4001A49E570DA40866558B5AFABECA6E5D7683B");
  add("ecdsa_P521",
      VerificationKey::Ec(
          Curve::kP521,
          FromHexOrDie(
              "0401C11197B79B6D6B578390A4A8E9B334D90086196B58781F3B3E1A66561250"
              "FE791737AE6066FAE2D2EF8E89264970A6DCED163F698FD568136D93EB3874D7"
              "ED8D2E018006045ECCF6BF26441F93EF2FEB10501EEB024CF280BE79F5F0A241"
              "FE32CA1176BE0A3D52CB9D51602486BFD0DA71CED13DF18B5226B7F6DB186A34"
              "C8AC48A589")),
      "0131B057D552C7617486A612DD1BD94F2500AC79421583C4B4F6152BA1CC2C34"
      "235C5F6247BEAF9AB0323FC20F9C5CF6812888B37BC4E8BCF22CC7905187BA5C"
      "FBCE0013FCFF15A34AB2E53C22AD35BA254DDFDF631230B99DAED59AF7DC434A"
      "294857313580151F41998825A3ADFCB34524943987D5DEE77C3BF0C26619EF47"
      "D580F76D");
  add("ecdsa_brainpoolP256r1",
      VerificationKey::Ec(
          Curve::kBrainpoolP256r1,
          FromHexOrDie(
              "0434E5DF18EFB76039208A72BBEE5B66938A533D4D4B5E6077061CEB06F5913C"
              "5A24931B97E18A825FAA3878994F7692A65EA8A62B15053F50C1167F6391CE7F"
              "15")),
      "8F9B785AD612577E58BF2D899DCBE0769CD8A5DA5C8A52FBC29E1BE8A6A15A93"
      "178FEB520E79358CEC023B5957295EC4C48F1C0E1260D396D9E400D44791F8A3");
  add("rsa1024",
      VerificationKey::Rsa(
          FromHexOrDie(
              "B4D659DBA31E29BCC83165BE2511521B4F7F9D254F994933FCA26D78F57FF812"
              "A80A7656856ADB0AA52B868F2A2D414ADDA5F003B9AC6CC6C001B90299EE1A9B"
              "E912B246A0DBC7463C381FC5466C91E2171D3D91381EBDF11911044DA1818C07"
              "CF2FA227FA7D6803ABFFC0AFB88128D41225CC8C8401199F1D246C54071179D"
              "D"),
          FromHexOrDie("010001")),
      "7C532E5D017073EA7162652141B2B47BF0BFF354AEA92FF4FD5C419EABD1C57D"
      "DF7CA1FFF80523ECBBE346C90FB9D82F37F32E3AEAC531684332DBFB81F97232"
      "1C34442806E15DB2FAAB97E8E26A4B0C6F41A4F623F881723792A822CD1290EF"
      "2811E3B56DFCF7665D3CFAD5A7B7411228F59FBE09265D38CA6F1187192C1C41");
  add("rsa2048pss",
      VerificationKey::Rsa(
          FromHexOrDie(
              "97B88D20C3B7048A566C30548CD219CC46860F2E7B56C03371348D44ABBCBF5F"
              "3298FB3A6EB3EF61AB3CA4DC2911448846E12FB5FCC396718211B3EF2CFBEDD4"
              "374DF3680A31E1F0D28A0C6185CD3E2AC043B32F6D4ADBD386C7560ECA247E64"
              "CB490AD466F2BE0917F43FFB7967608A3EEAF031800C5B0FE3D97BA30A026E02"
              "A3B75FFCEC84448E342D7CF6C5667DA35F1510F692F53FA0117085A344B36A07"
              "FD27FBA7B8931F8EDF0B45861D77BF76BD9F217088D58DA7B34296F532809B6A"
              "7AA458380AB86BBEDEEEF10B38C1AB8F61D53D987F6F8BD45AC8306AC7E6E9E2"
              "2961365E826FD4B319F484C4204B6D497996EA069546CAD8E97394024033609"
              "7"),
          FromHexOrDie("010001")),
      "0C9C6A8BBBBB05A1B167B15EDC7A37A61022F819FC016E957087D3C4052682AC"
      "4933CBECF62D35F016D3931176401EFC2BA1CE4B4959E9B871EC3E6E087BEC6E"
      "F3E9711A4C7BBBC552BBACC16167F03A427AA8E1620298F568F6EBD6407F9DCD"
      "1DB8F9D6E77EAA9F72B77076D60974B16C5A13560A182F25CC74188195420CCE"
      "AF836C9C2C60F3650327B532ADF0F2FAAF56F8D70AB40BE029B34746EE4802C4"
      "884D13650720A23AD38E75BA104853F163188294A0E949D9176B25465056136C"
      "45F82EF1B40CC8C5180D5C90281DB4985C3C081D237E7A1443D15A70FB782CDA"
      "B6740A98F0546C0FF12F2D86E698828580763B315443AEEB318F9CEBCE0C1E6B");
  return list;
}

TEST(SignatureTest, VerifiesWhatTheOwnerSigned) {
  for (const Signed& one : SignedMessages()) {
    ASSERT_OK(one.key) << one.name;
    EXPECT_THAT(one.key->Verifies(FromHexOrDie(kMessage), one.signature),
                IsOkAndHolds(true))
        << one.name;
  }
}

TEST(SignatureTest, AKeyInPemIsTheSameKey) {
  for (const Signed& one : SignedMessages()) {
    ASSERT_OK_AND_ASSIGN(const std::string pem, one.key->ToPem());
    EXPECT_EQ(pem.rfind("-----BEGIN PUBLIC KEY-----\n", 0), 0u);
    ASSERT_OK_AND_ASSIGN(const VerificationKey again,
                         VerificationKey::FromPem(pem));
    EXPECT_THAT(again.Verifies(FromHexOrDie(kMessage), one.signature),
                IsOkAndHolds(true))
        << one.name;
    for (size_t cut = 0; cut < pem.size() - 25; cut += 3) {
      EXPECT_THAT(VerificationKey::FromPem(pem.substr(0, cut)),
                  StatusIs(StatusCode::kInvalidArgument));
    }
  }
}

TEST(SignatureTest, KeysThatNoCardHasAreRefusedInPem) {
  // Ed25519, of RFC 8410, 10.1.
  EXPECT_THAT(
      VerificationKey::FromPem(
          "-----BEGIN PUBLIC KEY-----\n"
          "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
          "-----END PUBLIC KEY-----\n"),
      StatusIs(StatusCode::kInvalidArgument));
}

// SubjectPublicKeyInfo of an RSA key with a modulus of 128 bytes, the
// exponent's first bit not set.
std::string RsaPem(const Bytes& modulus, const Bytes& exponent) {
  const auto field = [](uint8_t tag, const Bytes& content) {
    return Concat(
        {Bytes{tag, 0x81, static_cast<uint8_t>(content.size())}, content});
  };
  const Bytes key = field(
      0x30,
      Concat({field(0x02, Concat({Bytes{0x00}, modulus})),
              Bytes{0x02, static_cast<uint8_t>(exponent.size())}, exponent}));
  const Bytes info =
      field(0x30, Concat({FromHexOrDie("300D06092A864886F70D0101010500"),
                          field(0x03, Concat({Bytes{0x00}, key}))}));
  std::string pem = "-----BEGIN PUBLIC KEY-----\n";
  for (size_t at = 0; at < info.size(); at += 48) {
    pem += absl::Base64Escape(AsString(ByteSpan(info).subspan(at, 48))) + "\n";
  }
  return pem + "-----END PUBLIC KEY-----\n";
}

// With exponent 1 everybody signs.
TEST(SignatureTest, RefusesRsaKeysInPemThatAreNone) {
  const Bytes modulus(128, 0xFF);
  EXPECT_OK(VerificationKey::FromPem(RsaPem(modulus, {0x01, 0x00, 0x01})));
  EXPECT_OK(VerificationKey::FromPem(RsaPem(modulus, {0x03})));
  Bytes even = modulus;
  even.back() = 0xFE;
  for (const std::string& pem :
       {RsaPem(modulus, {0x01}), RsaPem(modulus, {0x02}),
        RsaPem(modulus, {0x01, 0x00, 0x00}), RsaPem(modulus, Bytes(9, 0x7F)),
        RsaPem(even, {0x01, 0x00, 0x01})}) {
    EXPECT_THAT(VerificationKey::FromPem(pem),
                StatusIs(StatusCode::kInvalidArgument,
                         testing::StartsWith("the public key is neither RSA")))
        << pem;
  }
}

TEST(SignatureTest, AFlippedBitOfTheSignatureIsFound) {
  for (const Signed& one : SignedMessages()) {
    ASSERT_OK(one.key) << one.name;
    for (size_t at = 0; at < one.signature.size(); at += 7) {
      Bytes flipped = one.signature;
      flipped[at] ^= 0x01;
      EXPECT_THAT(one.key->Verifies(FromHexOrDie(kMessage), flipped),
                  IsOkAndHolds(false))
          << one.name << " byte " << at;
    }
  }
}

TEST(SignatureTest, AFlippedBitOfTheMessageIsFound) {
  for (const Signed& one : SignedMessages()) {
    ASSERT_OK(one.key) << one.name;
    Bytes flipped = FromHexOrDie(kMessage);
    for (uint8_t& byte : flipped) {
      byte ^= 0x80;
      EXPECT_THAT(one.key->Verifies(flipped, one.signature),
                  IsOkAndHolds(false))
          << one.name;
      byte ^= 0x80;
    }
  }
}

TEST(SignatureTest, ASignatureOfAnotherLengthIsNone) {
  for (const Signed& one : SignedMessages()) {
    ASSERT_OK(one.key) << one.name;
    Bytes longer = one.signature;
    longer.push_back(0);
    for (const Bytes& signature :
         {Bytes(), Bytes(one.signature.begin(), one.signature.end() - 1),
          longer}) {
      EXPECT_THAT(one.key->Verifies(FromHexOrDie(kMessage), signature),
                  IsOkAndHolds(false))
          << one.name;
    }
  }
}

TEST(SignatureTest, RefusesRsaKeysThatAreNone) {
  const Bytes modulus(128, 0xFF);
  const Bytes exponent = {0x01, 0x00, 0x01};
  EXPECT_OK(VerificationKey::Rsa(modulus, exponent));
  const auto none = StatusIs(StatusCode::kInvalidArgument,
                             "this is no RSA key of 1024 to 4096 bits");
  EXPECT_THAT(VerificationKey::Rsa(Bytes(127, 0xFF), exponent), none);
  EXPECT_THAT(VerificationKey::Rsa(Bytes(513, 0xFF), exponent), none);
  EXPECT_THAT(VerificationKey::Rsa(Bytes(128, 0xFE), exponent), none);
  EXPECT_THAT(VerificationKey::Rsa({}, exponent), none);
  EXPECT_THAT(VerificationKey::Rsa(modulus, {}), none);
  EXPECT_THAT(VerificationKey::Rsa(modulus, Bytes({0x01})), none);
  EXPECT_THAT(VerificationKey::Rsa(modulus, Bytes({0x02})), none);
  EXPECT_THAT(VerificationKey::Rsa(modulus, Bytes(9, 0xFF)), none);
}

TEST(SignatureTest, RefusesPointsThatAreNotOnTheCurve) {
  const auto none =
      StatusIs(StatusCode::kInvalidArgument, "this is no point of the curve");
  Bytes off(65, 0x01);
  off[0] = 0x04;
  EXPECT_THAT(VerificationKey::Ec(Curve::kP256, off), none);
  EXPECT_THAT(VerificationKey::Ec(Curve::kP256, {}), none);
  EXPECT_THAT(VerificationKey::Ec(Curve::kP256, Bytes({0x00})), none);
  EXPECT_THAT(VerificationKey::Ec(Curve::kP384, off), none);
}

}  // namespace
}  // namespace cardferry::crypto
