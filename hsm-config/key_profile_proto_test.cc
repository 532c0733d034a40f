#include "hsm-config/key_profile_proto.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hsm-config/key_profile.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::hsm {
namespace {

using pkcs11::Usage;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kDerives[] =
    "usages: USAGE_DERIVE mechanisms: MECHANISM_AES_ECB_ENCRYPT_DATA "
    "used_by: \"keyvault\"";

constexpr char kDerivesByEcb[] =
    "usages: USAGE_DERIVE mechanisms: MECHANISM_DES3_ECB_ENCRYPT_DATA "
    "used_by: \"keyvault\"";
constexpr char kDerivesByBoth[] =
    "usages: USAGE_DERIVE mechanisms: MECHANISM_DES3_ECB_ENCRYPT_DATA "
    "mechanisms: MECHANISM_DES3_CBC_ENCRYPT_DATA used_by: \"keyvault\"";

// A valid profile, in parts that a test can change.
struct Text {
  std::string head =
      "name: \"demo\" master_version: 1 key_version_number: 48 key_bits: 192 "
      "diversification: DIVERSIFICATION_KDF3";
  std::string enc = std::string("label: \"enc\" id: \"01\" ") + kDerives;
  std::string mac = std::string("label: \"mac\" id: \"02\" ") + kDerives;
  std::string dek = std::string("label: \"dek\" id: \"03\" ") + kDerives;
  std::string seal =
      "label: \"seal\" id: \"04\" usages: USAGE_ENCRYPT usages: USAGE_DECRYPT "
      "mechanisms: MECHANISM_AES_GCM used_by: \"keyvault\"";
  std::string ticket =
      "label: \"ticket\" id: \"05\" usages: USAGE_SIGN "
      "mechanisms: MECHANISM_SHA256_HMAC used_by: \"keyvault\"";
  std::string more;

  std::string Whole() const {
    return "key_sets { " + head + " enc {" + enc + "} mac {" + mac + "} dek {" +
           dek + "} } " + more + " token_seal {" + seal + "} ticket_mac {" +
           ticket + "}";
  }
};

// The same with triple DES keys, which may do `may`.
Text TripleDes(const std::string& bits, const std::string& diversification,
               const std::string& may) {
  Text text;
  text.head =
      "name: \"demo\" master_version: 1 key_version_number: 48 key_bits: " +
      bits + " diversification: DIVERSIFICATION_" + diversification;
  text.enc = "label: \"enc\" id: \"01\" " + may;
  text.mac = "label: \"mac\" id: \"02\" " + may;
  text.dek = "label: \"dek\" id: \"03\" " + may;
  return text;
}

std::string Refusal(const Text& text) {
  const auto profile = ParseKeyProfile(text.Whole());
  EXPECT_THAT(profile, StatusIs(absl::StatusCode::kInvalidArgument));
  return std::string(profile.status().message());
}

TEST(ParseKeyProfile, TakesEveryPropertyOver) {
  ASSERT_OK_AND_ASSIGN(const KeyProfile profile,
                       ParseKeyProfile(Text().Whole()));
  ASSERT_EQ(profile.key_sets.size(), 1u);
  const KeySet& set = profile.key_sets[0];
  EXPECT_EQ(set.name, "demo");
  EXPECT_EQ(set.master_version, 1u);
  EXPECT_EQ(set.key_version_number, 48);
  EXPECT_EQ(set.scheme.key_bits, 192u);
  EXPECT_EQ(set.scheme.diversification, Diversification::kKdf3);
  EXPECT_EQ(set.mac.label, "mac");
  EXPECT_THAT(set.mac.id, ElementsAre(0x02));
  EXPECT_EQ(set.mac.spec.type, CK_KEY_TYPE{CKK_AES});
  EXPECT_EQ(set.mac.spec.length, 24u);
  EXPECT_EQ(set.mac.spec.usages, static_cast<unsigned>(Usage::kDerive));
  EXPECT_THAT(set.mac.spec.mechanisms,
              ElementsAre(CK_MECHANISM_TYPE{CKM_AES_ECB_ENCRYPT_DATA}));
  EXPECT_THAT(set.mac.used_by, ElementsAre("keyvault"));
  EXPECT_EQ(profile.token_seal.spec.length, 32u);
  EXPECT_EQ(profile.ticket_mac.spec.type, CK_KEY_TYPE{CKK_GENERIC_SECRET});
  EXPECT_EQ(AllKeys(profile).size(), 5u);
  EXPECT_EQ(FindKeySet(profile, "demo", 1), &profile.key_sets[0]);
  EXPECT_EQ(FindKeySet(profile, "demo", 2), nullptr);
  EXPECT_EQ(FindKeySet(profile, "other", 1), nullptr);
}

TEST(ParseKeyProfile, AcceptsTheDemosProfile) {
  ASSERT_OK_AND_ASSIGN(const KeyProfile profile,
                       ReadKeyProfile("hsm-config/profiles/demo.textproto"));
  ASSERT_EQ(profile.key_sets.size(), 5u);
  EXPECT_EQ(profile.key_sets[4].name, "demo-files");
  EXPECT_EQ(profile.key_sets[4].scp, kFileCards);
  EXPECT_EQ(profile.key_sets[3].name, "demo-scp01");
  EXPECT_EQ(profile.key_sets[3].scp, 1);
  EXPECT_EQ(profile.key_sets[2].name, "demo-des");
  EXPECT_EQ(profile.key_sets[2].mac.spec.type, CK_KEY_TYPE{CKK_DES2});
  EXPECT_EQ(profile.key_sets[0].name, "demo-aes128");
  EXPECT_EQ(profile.key_sets[1].name, "demo-aes256");
  EXPECT_EQ(profile.key_sets[1].scheme.key_bits, 256u);
}

TEST(ParseKeyProfile, TakesTripleDesKeysOfBothLengths) {
  for (const auto& [bits, type, length] :
       {std::make_tuple("112", CK_KEY_TYPE{CKK_DES2}, 16u),
        std::make_tuple("168", CK_KEY_TYPE{CKK_DES3}, 24u)}) {
    ASSERT_OK_AND_ASSIGN(
        const KeyProfile profile,
        ParseKeyProfile(TripleDes(bits, "EMV_CPS", kDerivesByEcb).Whole()));
    EXPECT_EQ(profile.key_sets[0].scheme.diversification,
              Diversification::kEmvCps);
    EXPECT_EQ(profile.key_sets[0].dek.spec.type, type);
    EXPECT_EQ(profile.key_sets[0].dek.spec.length, length);
    EXPECT_TRUE(HasTripleDes(profile));
  }
  EXPECT_FALSE(HasTripleDes(ParseKeyProfile(Text().Whole()).value()));
}

TEST(ParseKeyProfile, RefusesTripleDesMastersThatNoSessionCanBeDerivedFrom) {
  for (const char* diversification : {"NONE", "VISA2", "EMV_CPS"}) {
    Text text = TripleDes("112", diversification, kDerivesByBoth);
    EXPECT_OK(ParseKeyProfile(text.Whole())) << diversification;
    text.mac = std::string("label: \"mac\" id: \"02\" ") + kDerives;
    EXPECT_EQ(Refusal(text),
              "key profile: key set demo: mac: triple DES keys need mechanism "
              "MECHANISM_DES3_ECB_ENCRYPT_DATA");
  }
  EXPECT_OK(ParseKeyProfile(TripleDes("168", "VISA2", kDerivesByEcb).Whole()));
  EXPECT_EQ(Refusal(TripleDes("112", "NONE", kDerivesByEcb)),
            "key profile: key set demo: enc: triple DES keys that are not "
            "diversified make session keys themselves, and need "
            "MECHANISM_DES3_CBC_ENCRYPT_DATA too");
}

TEST(ParseKeyProfile, RefusesAKeySetForTwoProtocols) {
  Text text;
  text.more =
      "key_sets { name: \"demo\" master_version: 2 key_version_number: 49 "
      "key_bits: 112 diversification: DIVERSIFICATION_VISA2 "
      "enc { label: \"e2\" id: \"11\" " +
      std::string(kDerivesByEcb) + "} mac { label: \"m2\" id: \"12\" " +
      kDerivesByEcb + "} dek { label: \"d2\" id: \"13\" " + kDerivesByEcb +
      "} }";
  EXPECT_EQ(Refusal(text),
            "key profile: key set demo has versions for SCP03 and for SCP02: "
            "give the new one a name of its own");
}

TEST(ParseKeyProfile, SaysWhereTheTextIsWrong) {
  EXPECT_THAT(ParseKeyProfile("key_sets {\n  nmae: \"demo\" }"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       testing::HasSubstr("line 2")));
}

TEST(ParseKeyProfile, RefusesEveryCutOfAProfile) {
  const std::string whole = Text().Whole();
  for (size_t size = 0; size + 1 < whole.size(); ++size) {
    EXPECT_FALSE(ParseKeyProfile(whole.substr(0, size)).ok()) << size;
  }
}

TEST(ParseKeyProfile, RefusesWrongProperties) {
  const struct {
    const char* head;
    const char* why;
  } cases[] = {
      {"name: \"Demo\" master_version: 1 key_version_number: 48 key_bits: 128 "
       "diversification: DIVERSIFICATION_KDF3",
       "key profile: key set Demo: name has other than a-z, 0-9 and -"},
      {"name: \"demo\" key_version_number: 48 key_bits: 128 "
       "diversification: DIVERSIFICATION_KDF3",
       "key profile: key set demo: master_version starts at 1"},
      {"name: \"demo\" master_version: 1 key_version_number: 128 "
       "key_bits: 128 diversification: DIVERSIFICATION_KDF3",
       "key profile: key set demo: key_version_number must be 1 to 127"},
      {"name: \"demo\" master_version: 1 key_version_number: 48 key_bits: 512 "
       "diversification: DIVERSIFICATION_KDF3",
       "key profile: key set demo: key_bits must be 128, 192 or 256 (AES), "
       "112 or 168 (triple DES)"},
      {"name: \"demo\" master_version: 1 key_version_number: 48 key_bits: 112 "
       "diversification: DIVERSIFICATION_KDF3",
       "key profile: key set demo: diversification kdf3 does not go with 112 "
       "bits"},
      {"name: \"demo\" master_version: 1 key_version_number: 48 key_bits: 128 "
       "diversification: DIVERSIFICATION_VISA2",
       "key profile: key set demo: diversification visa2 does not go with 128 "
       "bits"},
      {"name: \"demo\" master_version: 1 key_version_number: 48 key_bits: 168 "
       "diversification: DIVERSIFICATION_NONE",
       "key profile: key set demo: cards hold no triple DES keys of 168 bits"},
      {"name: \"demo\" master_version: 1 key_version_number: 48 key_bits: 128",
       "key profile: key set demo: no diversification"},
  };
  for (const auto& test : cases) {
    Text text;
    text.head = test.head;
    EXPECT_EQ(Refusal(text), test.why);
  }
}

TEST(ParseKeyProfile, RefusesAKeyThatMayDoMoreThanItsRole) {
  Text text;
  text.enc += " usages: USAGE_ENCRYPT";
  EXPECT_EQ(Refusal(text),
            "key profile: key set demo: enc: a usage that its role does not "
            "have");
  text = Text();
  text.seal += " usages: USAGE_WRAP";
  EXPECT_EQ(Refusal(text),
            "key profile: token_seal: a usage that its role does not have");
}

TEST(ParseKeyProfile, RefusesAKeyWithSomethingMissing) {
  const std::string rest[][2] = {
      {"id: \"01\" usages: USAGE_DERIVE", "no label"},
      {"label: \"x\" usages: USAGE_DERIVE", "no id"},
      {"label: \"x\" id: \"01\"", "no usages"},
      {"label: \"x\" id: \"01\" usages: USAGE_DERIVE", "no mechanisms"},
      {"label: \"x\" id: \"01\" usages: USAGE_DERIVE "
       "mechanisms: MECHANISM_AES_ECB",
       "used_by is empty: who uses it?"},
  };
  for (const auto& test : rest) {
    Text text;
    text.mac = test[0];
    EXPECT_EQ(Refusal(text), "key profile: key set demo: mac: " + test[1]);
  }
}

TEST(ParseKeyProfile, RefusesTwoKeysOfOneNameOrIdentifier) {
  Text text;
  text.mac = std::string("label: \"enc\" id: \"02\" ") + kDerives;
  EXPECT_EQ(Refusal(text), "key profile: label enc twice");
  text.mac = std::string("label: \"mac\" id: \"01\" ") + kDerives;
  EXPECT_EQ(Refusal(text), "key profile: id 01 twice");
}

TEST(ParseKeyProfile, RefusesAKeySetVersionTwice) {
  Text text;
  text.more = "key_sets { " + text.head + " enc {label: \"e2\" id: \"11\" " +
              kDerives + "} mac {label: \"m2\" id: \"12\" " + kDerives +
              "} dek {label: \"d2\" id: \"13\" " + kDerives + "} }";
  EXPECT_EQ(Refusal(text), "key profile: key set demo version 1 twice");
}

TEST(ParseKeyProfile, RefusesAProfileWithoutKeySets) {
  EXPECT_THAT(ParseKeyProfile(""), StatusIs(absl::StatusCode::kInvalidArgument,
                                            "key profile: no key set"));
}

// A key set whose cards' keys come by a template of the issuer's.
Text WithTemplate(const std::string& bits, const std::string& may,
                  const std::string& form) {
  Text text = TripleDes(bits, "TEMPLATE template: \"acme/2\"", may);
  text.more = "templates { name: \"acme\" version: 2 " + form + " }";
  return text;
}

constexpr char kEncryptsToo[] =
    "usages: USAGE_DERIVE usages: USAGE_ENCRYPT "
    "mechanisms: MECHANISM_AES_ECB_ENCRYPT_DATA mechanisms: MECHANISM_AES_ECB "
    "used_by: \"keyvault\"";
constexpr char kNxp[] =
    "method: METHOD_AN10922 parts { key_number: true } "
    "parts { card_data { offset: 2 length: 8 } } parts { constant: \"4E58\" }";

TEST(ParseKeyProfile, TakesAnIssuersTemplateOver) {
  ASSERT_OK_AND_ASSIGN(
      const KeyProfile profile,
      ParseKeyProfile(WithTemplate("192", kEncryptsToo, kNxp).Whole()));
  const CardKeyScheme& scheme = profile.key_sets[0].scheme;
  EXPECT_EQ(SchemeName(scheme), "acme/2");
  EXPECT_EQ(BytesThatCount(scheme), 0x03FC);
  EXPECT_TRUE(IsAn10922(scheme));
  EXPECT_TRUE(IsMadeInMemory(scheme));
  ASSERT_EQ(scheme.form->parts.size(), 3u);
  EXPECT_EQ(ToHex(scheme.form->parts[2].constant), "4E58");
  EXPECT_FALSE(IsMadeInMemory(
      ParseKeyProfile(WithTemplate("256", kEncryptsToo, kNxp).Whole())
          ->key_sets[0]
          .scheme));
}

TEST(ParseKeyProfile, OnlyMastersWhoseSchemeNeedsItMayEncrypt) {
  Text text = Text();
  text.enc = std::string("label: \"enc\" id: \"01\" ") + kEncryptsToo;
  EXPECT_THAT(Refusal(text), HasSubstr("a usage that its role does not have"));
  EXPECT_OK(ParseKeyProfile(
      TripleDes("192", "KDF3_WITH_LENGTH", kEncryptsToo).Whole()));
  const std::string blocks =
      "method: METHOD_ECB parts { key_number: true } "
      "parts { card_data { length: 10 } } parts { constant: \"0102030405\" }";
  EXPECT_OK(ParseKeyProfile(WithTemplate("128", kDerives, blocks).Whole()));
  EXPECT_THAT(Refusal(WithTemplate("128", kEncryptsToo, blocks)),
              HasSubstr("a usage that its role does not have"));
}

TEST(ParseKeyProfile, RefusesATemplateThatIsNotWhole) {
  for (const auto& [form, message] :
       {std::make_pair(std::string("parts { key_number: true }"),
                       "key profile: template acme/2: no method"),
        std::make_pair(
            std::string("method: METHOD_ECB parts { key_number: false }"),
            "key profile: template acme/2: part 0: a part that is false: "
            "leave it out"),
        std::make_pair(std::string("method: METHOD_ECB parts { }"),
                       "key profile: template acme/2: part 0: an empty part"),
        std::make_pair(
            std::string("method: METHOD_AN10922 parts { key_number: true }"),
            "key profile: key set demo: template acme/2: nothing of the "
            "card's data is in it: all cards would have one key")}) {
    EXPECT_EQ(Refusal(WithTemplate("128", kEncryptsToo, form)), message);
  }
  Text other = WithTemplate("128", kEncryptsToo, kNxp);
  other.head =
      "name: \"demo\" master_version: 1 key_version_number: 48 "
      "key_bits: 128 diversification: DIVERSIFICATION_TEMPLATE "
      "template: \"acme/1\"";
  EXPECT_EQ(Refusal(other),
            "key profile: key set demo: no template acme/1 (name/version)");
  other.head =
      "name: \"demo\" master_version: 1 key_version_number: 48 "
      "key_bits: 128 diversification: DIVERSIFICATION_TEMPLATE";
  EXPECT_EQ(Refusal(other),
            "key profile: key set demo: `template` and "
            "DIVERSIFICATION_TEMPLATE go together");
  other.more += other.more;
  EXPECT_EQ(Refusal(other), "key profile: template acme/2 twice");
}

TEST(ParseKeyProfile, AKeySetIsForTheProtocolOfItsKeysOrForScp01) {
  Text text = TripleDes("112", "VISA2", kDerivesByEcb);
  EXPECT_EQ(ParseKeyProfile(text.Whole())->key_sets[0].scp, 2);
  EXPECT_EQ(ParseKeyProfile(Text().Whole())->key_sets[0].scp, 3);
  for (const char* scp : {"1", "2"}) {
    Text older = text;
    older.head += std::string(" scp: ") + scp;
    EXPECT_EQ(std::to_string(ParseKeyProfile(older.Whole())->key_sets[0].scp),
              scp);
  }
  text.head += " scp: 3";
  EXPECT_EQ(Refusal(text),
            "key profile: key set demo: scp is 3, keys of 112 bits are for 1 "
            "or 2");
  Text aes;
  aes.head += " scp: 2";
  EXPECT_EQ(Refusal(aes),
            "key profile: key set demo: scp is 2, keys of 192 bits are for 3");
}

TEST(ParseKeyProfile, AMasterForReceiptsIsForDiversifiedAesKeysAlone) {
  const std::string receipt =
      std::string(" receipt { label: \"receipt\" id: \"06\" ") + kDerives +
      " }";
  Text text;
  text.head += receipt;
  ASSERT_OK_AND_ASSIGN(const KeyProfile profile, ParseKeyProfile(text.Whole()));
  ASSERT_TRUE(profile.key_sets[0].receipt.has_value());
  EXPECT_EQ(profile.key_sets[0].receipt->label, "receipt");
  EXPECT_EQ(profile.key_sets[0].receipt->spec.length, 24u);
  EXPECT_EQ(AllKeys(profile).size(), 6u);
  text.mac = "label: \"receipt\" id: \"02\" " + std::string(kDerives);
  EXPECT_THAT(ParseKeyProfile(text.Whole()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("label receipt twice")));
  Text des = TripleDes("112", "VISA2", kDerivesByEcb);
  des.head += receipt;
  EXPECT_THAT(ParseKeyProfile(des.Whole()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("receipt: only for AES keys")));
}

TEST(ParseKeyProfile, FileOrientedCardsHaveKeysThatAreMadeForThem) {
  Text text = TripleDes("112", "VISA2", kDerivesByEcb);
  text.head += " file_cards: true";
  EXPECT_EQ(ParseKeyProfile(text.Whole())->key_sets[0].scp, kFileCards);
  EXPECT_TRUE(HasFileCards(*ParseKeyProfile(text.Whole())));
  EXPECT_FALSE(HasFileCards(*ParseKeyProfile(Text().Whole())));
  text.head += " scp: 2";
  EXPECT_EQ(Refusal(text),
            "key profile: key set demo: file_cards and scp 2 exclude one "
            "another");
  Text aes;
  aes.head += " file_cards: true";
  EXPECT_EQ(Refusal(aes),
            "key profile: key set demo: file-oriented cards have no keys of "
            "192 bits, diversification kdf3");
}

}  // namespace
}  // namespace cardferry::hsm
