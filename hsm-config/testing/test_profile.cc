#include "hsm-config/testing/test_profile.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "hsm-config/key_profile_proto.h"

namespace cardferry::hsm {
namespace {

constexpr char kDerives[] =
    "usages: USAGE_DERIVE mechanisms: MECHANISM_AES_ECB_ENCRYPT_DATA "
    "mechanisms: MECHANISM_SP800_108_COUNTER_KDF ";
constexpr char kDerivesAndEncrypts[] =
    "usages: USAGE_DERIVE usages: USAGE_ENCRYPT "
    "mechanisms: MECHANISM_AES_ECB_ENCRYPT_DATA "
    "mechanisms: MECHANISM_SP800_108_COUNTER_KDF mechanisms: "
    "MECHANISM_AES_ECB ";
constexpr char kEncryptsAndWraps[] =
    "usages: USAGE_ENCRYPT usages: USAGE_WRAP mechanisms: MECHANISM_AES_CBC ";

constexpr char kDerivesByTripleDes[] =
    "usages: USAGE_DERIVE mechanisms: MECHANISM_DES3_ECB_ENCRYPT_DATA "
    "mechanisms: MECHANISM_DES3_CBC_ENCRYPT_DATA ";

struct May {
  const char* enc_and_mac;
  const char* dek;
};

constexpr char kDerivesAndEncryptsByTripleDes[] =
    "usages: USAGE_DERIVE usages: USAGE_ENCRYPT "
    "mechanisms: MECHANISM_DES3_ECB_ENCRYPT_DATA "
    "mechanisms: MECHANISM_DES3_ECB ";

// An issuer's own ways: VISA's first scheme, KDF3 with something more, and
// NXP's.
constexpr char kTemplates[] =
    "templates { name: \"ecb\" version: 1 method: METHOD_ECB"
    " parts { card_data { offset: 0 length: 4 } }"
    " parts { card_data { offset: 8 length: 2 } }"
    " parts { constant: \"F0\" } parts { key_number: true }"
    " parts { card_data { offset: 0 length: 4 } }"
    " parts { card_data { offset: 8 length: 2 } }"
    " parts { constant: \"0F\" } parts { key_number: true } }\n"
    "templates { name: \"cmac\" version: 1 method: METHOD_CMAC_COUNTER"
    " parts { constant: \"1155\" } parts { counter: true }"
    " parts { key_number: true } parts { card_data { length: 10 } }"
    " parts { constant: \"00\" } parts { key_length: true } }\n"
    "templates { name: \"nxp\" version: 2 method: METHOD_AN10922"
    " parts { card_data { offset: 2 length: 8 } }"
    " parts { key_number: true } parts { constant: \"4E58\" } }\n";

May MayOf(const TestKeySet& set) {
  if (IsTripleDes(set.key_bits)) {
    return set.form == "nxp/2" ? May{kDerivesAndEncryptsByTripleDes,
                                     kDerivesAndEncryptsByTripleDes}
                               : May{kDerivesByTripleDes, kDerivesByTripleDes};
  }
  if (set.diversification == Diversification::kKdf3WithLength ||
      set.form == "cmac/1" || set.form == "nxp/2") {
    return {kDerivesAndEncrypts, kDerivesAndEncrypts};
  }
  if (set.diversification == Diversification::kNone) {
    return {kDerivesAndEncrypts, kEncryptsAndWraps};
  }
  return {kDerives, kDerives};
}

const char* NameInProto(Diversification diversification) {
  switch (diversification) {
    case Diversification::kNone:
      return "DIVERSIFICATION_NONE";
    case Diversification::kKdf3:
      return "DIVERSIFICATION_KDF3";
    case Diversification::kVisa2:
      return "DIVERSIFICATION_VISA2";
    case Diversification::kEmvCps:
      return "DIVERSIFICATION_EMV_CPS";
    case Diversification::kKdf3WithLength:
      return "DIVERSIFICATION_KDF3_WITH_LENGTH";
    case Diversification::kTemplate:
      return "DIVERSIFICATION_TEMPLATE";
  }
  return "DIVERSIFICATION_UNSPECIFIED";
}

std::string Key(const std::string& field, const std::string& label,
                size_t number, const char* may) {
  return absl::StrFormat(
      "%s { label: \"%s\" id: \"%04X\" %s used_by: \"tests\" }\n", field, label,
      number, may);
}

std::string KeySetText(const TestKeySet& set, size_t index) {
  const May may = MayOf(set);
  const std::string stem = absl::StrCat(set.name, "/", set.master_version, "/");
  const size_t number = 0x1000 + index * 0x10;
  return absl::StrCat(
      "key_sets {\nname: \"", set.name,
      "\" master_version: ", set.master_version,
      " key_version_number: ", static_cast<int>(set.key_version_number),
      " key_bits: ", set.key_bits,
      " diversification: ", NameInProto(set.diversification), "\n",
      set.file_cards ? "file_cards: true\n" : "",
      set.form.empty() ? "" : absl::StrCat("template: \"", set.form, "\"\n"),
      Key("enc", stem + "enc", number + 1, may.enc_and_mac),
      Key("mac", stem + "mac", number + 2, may.enc_and_mac),
      Key("dek", stem + "dek", number + 3, may.dek),
      set.receipts
          ? Key("receipt", stem + "receipt", number + 4, may.enc_and_mac)
          : "",
      "}\n");
}

}  // namespace

Diversification DiversificationNamed(const std::string& name) {
  for (const Diversification one :
       {Diversification::kNone, Diversification::kKdf3,
        Diversification::kKdf3WithLength, Diversification::kVisa2,
        Diversification::kEmvCps}) {
    if (name == DiversificationName(one)) return one;
  }
  return Diversification::kTemplate;
}

std::string TestProfileText(const std::vector<TestKeySet>& sets) {
  std::string text = kTemplates;
  for (size_t i = 0; i < sets.size(); ++i) {
    absl::StrAppend(&text, KeySetText(sets[i], i));
  }
  absl::StrAppend(&text,
                  Key("token_seal", "token-seal", 1,
                      "usages: USAGE_ENCRYPT usages: USAGE_DECRYPT "
                      "mechanisms: MECHANISM_AES_GCM "),
                  Key("ticket_mac", "ticket-mac", 2,
                      "usages: USAGE_SIGN mechanisms: MECHANISM_SHA256_HMAC "));
  return text;
}

KeyProfile TestProfile(const std::vector<TestKeySet>& sets) {
  return ParseKeyProfile(TestProfileText(sets)).value();
}

}  // namespace cardferry::hsm
