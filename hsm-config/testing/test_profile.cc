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

May MayOf(const TestKeySet& set) {
  if (IsTripleDes(set.key_bits)) {
    return {kDerivesByTripleDes, kDerivesByTripleDes};
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
      Key("enc", stem + "enc", number + 1, may.enc_and_mac),
      Key("mac", stem + "mac", number + 2, may.enc_and_mac),
      Key("dek", stem + "dek", number + 3, may.dek), "}\n");
}

}  // namespace

Diversification DiversificationNamed(const std::string& name) {
  for (const Diversification one :
       {Diversification::kKdf3, Diversification::kVisa2,
        Diversification::kEmvCps}) {
    if (name == DiversificationName(one)) return one;
  }
  return Diversification::kNone;
}

std::string TestProfileText(const std::vector<TestKeySet>& sets) {
  std::string text;
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
