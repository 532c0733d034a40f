#include "lib/card/scp/openssl/diversification.h"

#include <set>

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"
#include "lib/crypto/aes.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;

constexpr char kMaster[] = "404142434445464748494A4B4C4D4E4F";

std::string Derive(Diversification scheme, absl::string_view master, uint8_t n,
                   const Bytes& data) {
  const auto key =
      DiversifyKey(scheme, SecretBytes::CopyOf(FromHexOrDie(master)), n, data);
  return key.ok() ? ToHex(key->Read(GrantSecretAccess()))
                  : key.status().ToString();
}

// The keys of martinpaljak/GlobalPlatformPro's tests (TestPlaintextKeys.java),
// which gives their check values.
struct Published {
  const char* name;
  Diversification scheme;
  const char* master;
  const char* enc;
  const char* mac;
  const char* dek;
};

constexpr Published kPublished[] = {
    {"none", Diversification::kNone, kMaster, kMaster, kMaster, kMaster},
    {"VISA2", Diversification::kVisa2, kMaster,
     "8510FC973208218CA86888BCEC203635", "1068B5FB6F06C78C7A4DFC343B21C78F",
     "2DAEE809C71405FF259C3BE695A1F66E"},
    {"EMV CPS 1.1", Diversification::kEmvCps11, kMaster,
     "0EF59FCBF8019B62E62AF6EA20B8BF25", "3E383EB6F2762B88155F76BDFED05A02",
     "64021E43C0C7D264A1C7C6D01E1C8761"},
    {"KDF3, AES-128", Diversification::kKdf3, kMaster,
     "808BC985A1069AD2A9AC94E0FE7B8843", "65942E0BF4F3F32AEFACBA5671456275",
     "6A74F6F6040CCA10D8A3FDC7914FD7CC"},
    {"KDF3, AES-192", Diversification::kKdf3,
     "404142434445464748494A4B4C4D4E4F5051525354555657",
     "7C5E0EB1D8F19C63D51CFD20174D8F903C5C0AB035FB1F81",
     "DBCAADD8612534A5428BB2ECC61C734C7F214510E31F07E2",
     "E724FF4857153DDF66F75A99CC32B8C04739A0FBFF1C9AFC"},
    {"KDF3, AES-256", Diversification::kKdf3,
     "404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F",
     "7E227C0F6D736A2492A356F83872F6814D3D38831E224DB731AAB0D1B51FAAF3",
     "4653585CCC5697947F08B821014966E30E885A5422B665CE96EDC25651B1D8D9",
     "2E4446700FA96B1010D2E5DA69E6BE3AF2431D4E27EB4B77D9239509899A358C"},
};

TEST(DiversificationTest, GivesPublishedKeys) {
  const Bytes data = FromHexOrDie("00010203040506070809");
  for (const Published& published : kPublished) {
    SCOPED_TRACE(published.name);
    const auto key = [&](uint8_t n) {
      return Derive(published.scheme, published.master, n, data);
    };
    EXPECT_EQ(key(1), published.enc);
    EXPECT_EQ(key(2), published.mac);
    EXPECT_EQ(key(3), published.dek);
  }
}

// Which bytes of the data make a card's keys its own.
TEST(DiversificationTest, EveryBitOfTheBytesThatEnterMatters) {
  struct Enters {
    Diversification scheme;
    std::set<size_t> bytes;
  };
  for (const Enters& enters :
       {Enters{Diversification::kNone, {}},
        Enters{Diversification::kVisa2, {0, 1, 4, 5, 6, 7}},
        Enters{Diversification::kEmvCps11, {4, 5, 6, 7, 8, 9}},
        Enters{Diversification::kKdf3, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
        Enters{Diversification::kKdf3WithLength,
               {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}}) {
    Bytes data(10, 0x5A);
    std::set<std::string> seen = {Derive(enters.scheme, kMaster, 1, data)};
    for (size_t bit = 0; bit < 80; ++bit) {
      data[bit / 8] = static_cast<uint8_t>(data[bit / 8] ^ 1u << bit % 8);
      const bool is_new =
          seen.insert(Derive(enters.scheme, kMaster, 1, data)).second;
      EXPECT_EQ(is_new, enters.bytes.count(bit / 8) == 1) << bit;
      data[bit / 8] = static_cast<uint8_t>(data[bit / 8] ^ 1u << bit % 8);
    }
  }
}

TEST(DiversificationTest, RefusesOtherLengths) {
  const SecretBytes master(16);
  for (const size_t size : {0u, 9u, 11u}) {
    EXPECT_THAT(DiversifyKey(Diversification::kVisa2, master, 1, Bytes(size)),
                StatusIs(StatusCode::kInvalidArgument))
        << size;
  }
  for (const Diversification scheme :
       {Diversification::kVisa2, Diversification::kEmvCps11}) {
    EXPECT_THAT(DiversifyKey(scheme, SecretBytes(32), 1, Bytes(10)),
                StatusIs(StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(
      DiversifyKey(Diversification::kKdf3, SecretBytes(20), 1, Bytes(10)),
      StatusIs(StatusCode::kInvalidArgument));
}

using Kind = TemplatePart::Kind;

TemplatePart CardData(size_t offset, size_t length) {
  return {Kind::kCardData, offset, length, {}};
}
TemplatePart Constant(absl::string_view hex) {
  return {Kind::kConstant, 0, 0, FromHexOrDie(hex)};
}
TemplatePart Number() { return {Kind::kKeyNumber, 0, 0, {}}; }

std::string ByTemplate(const IssuerTemplate& form, KeyKind kind,
                       absl::string_view master, uint8_t n) {
  const auto key =
      DiversifyByTemplate(form, kind, SecretBytes::CopyOf(FromHexOrDie(master)),
                          n, FromHexOrDie("00010203040506070809"));
  return key.ok() ? ToHex(key->Read(GrantSecretAccess()))
                  : key.status().ToString();
}

// The known schemes, spelt as templates, give the known keys.
TEST(DiversificationTest, ATemplateThatSpellsAKnownSchemeGivesItsKeys) {
  const IssuerTemplate visa2 = {
      "visa2",
      1,
      TemplateMethod::kEcb,
      {CardData(0, 2), CardData(4, 4), Constant("F0"), Number(), CardData(0, 2),
       CardData(4, 4), Constant("0F"), Number()}};
  EXPECT_EQ(ByTemplate(visa2, KeyKind::kTripleDes, kMaster, 2),
            "1068B5FB6F06C78C7A4DFC343B21C78F");
  IssuerTemplate kdf3 = {"kdf3",
                         1,
                         TemplateMethod::kCmacCounter,
                         {{Kind::kCounter, 0, 0, {}},
                          Constant("000000"),
                          Number(),
                          Constant("00"),
                          CardData(0, 10)}};
  const std::string master192 =
      "404142434445464748494A4B4C4D4E4F5051525354555657";
  EXPECT_EQ(ByTemplate(kdf3, KeyKind::kAes, master192, 1),
            "7C5E0EB1D8F19C63D51CFD20174D8F903C5C0AB035FB1F81");
  kdf3.parts.push_back({Kind::kKeyLength, 0, 0, {}});
  EXPECT_EQ(ByTemplate(kdf3, KeyKind::kAes, master192, 1),
            Derive(Diversification::kKdf3WithLength, master192, 1,
                   FromHexOrDie("00010203040506070809")));
  const IssuerTemplate nxp = {"nxp",
                              3,
                              TemplateMethod::kAn10922,
                              {Number(), CardData(0, 10), Constant("4E58")}};
  const auto direct =
      An10922Key(KeyKind::kAes, SecretBytes::CopyOf(FromHexOrDie(kMaster)),
                 FromHexOrDie("03000102030405060708094E58"));
  EXPECT_EQ(ByTemplate(nxp, KeyKind::kAes, kMaster, 3),
            ToHex(direct->Read(GrantSecretAccess())));
}

TEST(DiversificationTest, ATemplateOfAesBlocksIsCutToTheKeysLength) {
  const IssuerTemplate blocks = {
      "blocks",
      1,
      TemplateMethod::kEcb,
      {CardData(0, 10), Constant("00000000"), Constant("01"), Number(),
       CardData(0, 10), Constant("00000000"), Constant("02"), Number()}};
  const auto whole = crypto::AesEcbDeriveKey(
      SecretBytes::CopyOf(
          FromHexOrDie("404142434445464748494A4B4C4D4E4F5051525354555657")),
      FromHexOrDie(
          "000102030405060708090000000001010001020304050607080900000000"
          "0201"));
  EXPECT_EQ(ByTemplate(blocks, KeyKind::kAes,
                       "404142434445464748494A4B4C4D4E4F5051525354555657", 1),
            ToHex(whole->Read(GrantSecretAccess()).first(24)));
  EXPECT_THAT(
      DiversifyByTemplate(blocks, KeyKind::kAes, SecretBytes(16), 1, Bytes(10)),
      StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(
      DiversifyByTemplate(blocks, KeyKind::kAes, SecretBytes(24), 1, Bytes(9)),
      StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::scp
