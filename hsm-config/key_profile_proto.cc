#include "hsm-config/key_profile_proto.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hsm-config/card_key_source.h"
#include "hsm-config/key_usage_proto.h"
#include "hsm-config/signing_key_proto.h"
#include "hsm-config/template_proto.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "proto/cardferry/config/v1/key_profile.pb.h"

namespace cardferry::hsm {
namespace {

namespace pb = config::v1;
using pkcs11::Usage;

constexpr size_t kLargestFile = 1 << 20;
constexpr size_t kServiceKeyBytes = 32;

// Collects the parser's first complaint with its place.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) {
      text_ = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ",
                           message);
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// What a role's keys may do at most; each must do at least one of it.
struct Role {
  CK_KEY_TYPE type;
  size_t length;
  unsigned usages;
};

// Whether a card's key takes encryptions by its master besides the derivation.
bool MasterEncrypts(const CardKeyScheme& scheme) {
  switch (scheme.diversification) {
    case Diversification::kKdf3WithLength:
      return true;
    case Diversification::kTemplate:
      return scheme.form->method != scp::TemplateMethod::kEcb;
    default:
      return false;
  }
}

Role MasterRole(const CardKeyScheme& scheme, bool is_dek) {
  const unsigned derives = MasterEncrypts(scheme)
                               ? Usage::kDerive | Usage::kEncrypt
                               : static_cast<unsigned>(Usage::kDerive);
  // Everything is made from triple DES keys by one derivation.
  if (scheme.key_bits == 112) return {CKK_DES2, 16, derives};
  if (scheme.key_bits == 168) return {CKK_DES3, 24, derives};
  const size_t length = scheme.key_bits / 8;
  // Diversified masters only derive, where one derivation is all. What the
  // cards hold themselves derives session keys, by the two-block trick where
  // the module has no KDF of its own; the DEK encrypts and wraps.
  if (scheme.diversification != Diversification::kNone) {
    return {CKK_AES, length, derives};
  }
  return {CKK_AES, length,
          is_dek ? Usage::kEncrypt | Usage::kWrap
                 : Usage::kEncrypt | Usage::kDerive};
}

absl::StatusOr<Diversification> ToDiversification(pb::Diversification value) {
  switch (value) {
    case pb::DIVERSIFICATION_NONE:
      return Diversification::kNone;
    case pb::DIVERSIFICATION_KDF3:
      return Diversification::kKdf3;
    case pb::DIVERSIFICATION_VISA2:
      return Diversification::kVisa2;
    case pb::DIVERSIFICATION_EMV_CPS:
      return Diversification::kEmvCps;
    case pb::DIVERSIFICATION_KDF3_WITH_LENGTH:
      return Diversification::kKdf3WithLength;
    case pb::DIVERSIFICATION_TEMPLATE:
      return Diversification::kTemplate;
    default:
      return absl::InvalidArgumentError("no diversification");
  }
}

absl::StatusOr<KeyEntry> ParseKey(const pb::Key& message, const Role& role) {
  KeyEntry key;
  key.label = message.label();
  if (key.label.empty()) return absl::InvalidArgumentError("no label");
  ASSIGN_OR_RETURN(key.id, FromHex(message.id()));
  if (key.id.empty()) return absl::InvalidArgumentError("no id");
  key.spec.type = role.type;
  key.spec.length = role.length;
  for (const int usage : message.usages()) {
    ASSIGN_OR_RETURN(const Usage bit, ToUsage(static_cast<pb::Usage>(usage)));
    key.spec.usages = key.spec.usages | bit;
  }
  if (key.spec.usages == 0) return absl::InvalidArgumentError("no usages");
  if ((key.spec.usages & ~role.usages) != 0) {
    return absl::InvalidArgumentError("a usage that its role does not have");
  }
  for (const int mechanism : message.mechanisms()) {
    ASSIGN_OR_RETURN(const CK_MECHANISM_TYPE type,
                     ToMechanism(static_cast<pb::Mechanism>(mechanism)));
    key.spec.mechanisms.push_back(type);
  }
  if (key.spec.mechanisms.empty()) {
    return absl::InvalidArgumentError("no mechanisms");
  }
  key.used_by.assign(message.used_by().begin(), message.used_by().end());
  if (key.used_by.empty()) {
    return absl::InvalidArgumentError("used_by is empty: who uses it?");
  }
  return key;
}

absl::Status ParseKeyInto(const std::string& place, const pb::Key& message,
                          const Role& role, KeyEntry& key) {
  absl::StatusOr<KeyEntry> parsed = ParseKey(message, role);
  if (!parsed.ok()) return Annotate(parsed.status(), place);
  key = *std::move(parsed);
  return absl::OkStatus();
}

// That there are keys of this length, and that they are diversified in a way
// that is theirs.
absl::Status CheckAlgorithm(const CardKeyScheme& scheme) {
  const size_t bits = scheme.key_bits;
  const bool is_des = IsTripleDes(bits);
  if (!is_des && bits != 128 && bits != 192 && bits != 256) {
    return absl::InvalidArgumentError(
        "key_bits must be 128, 192 or 256 (AES), 112 or 168 (triple DES)");
  }
  switch (scheme.diversification) {
    case Diversification::kNone:
      if (bits != 168) return absl::OkStatus();
      return absl::InvalidArgumentError(
          "cards hold no triple DES keys of 168 bits");
    case Diversification::kKdf3:
    case Diversification::kKdf3WithLength:
      if (!is_des) return absl::OkStatus();
      break;
    case Diversification::kVisa2:
    case Diversification::kEmvCps:
      if (is_des) return absl::OkStatus();
      break;
    case Diversification::kTemplate:
      // AN10922 gives keys as long as the master, and cards hold none of 168.
      if (bits == 168 && IsAn10922(scheme)) break;
      return Annotate(scp::CheckTemplate(*scheme.form, is_des ? 112 : bits),
                      absl::StrCat("template ", SchemeName(scheme)));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("diversification ", SchemeName(scheme), " does not go with ",
                   bits, " bits"));
}

using Templates = std::map<std::string, scp::IssuerTemplate>;

absl::Status TakeTemplate(const std::string& name, const Templates& templates,
                          CardKeyScheme& scheme) {
  const bool is_wanted = scheme.diversification == Diversification::kTemplate;
  if (is_wanted == name.empty()) {
    return absl::InvalidArgumentError(
        "`template` and DIVERSIFICATION_TEMPLATE go together");
  }
  if (!is_wanted) return absl::OkStatus();
  const auto found = templates.find(name);
  if (found == templates.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no template ", name, " (name/version)"));
  }
  scheme.form = found->second;
  return absl::OkStatus();
}

absl::Status TakeProtocol(uint32_t scp, KeySet& set) {
  const bool is_des = IsTripleDes(set.scheme.key_bits);
  set.scp = is_des ? 2 : 3;
  if (is_des && scp == 1) set.scp = 1;
  if (scp == 0 || scp == set.scp) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("scp is ", scp, ", keys of ", set.scheme.key_bits,
                   " bits are for ", is_des ? "1 or 2" : "3"));
}

// Their keys encrypt and make MACs themselves, so they are made for that: no
// masters, and of triple DES keys the first half is needed by itself.
absl::Status TakeFileCards(uint32_t scp, KeySet& set) {
  set.scp = kFileCards;
  if (scp != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("file_cards and scp ", scp, " exclude one another"));
  }
  const CardKeyScheme& scheme = set.scheme;
  const bool has_halves = !IsTripleDes(scheme.key_bits) ||
                          SourceOfFirstHalf(scheme, 1, Bytes(10)).ok();
  if (scheme.key_bits != 192 &&
      scheme.diversification != Diversification::kNone && has_halves) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("file-oriented cards have no keys of ", scheme.key_bits,
                   " bits, diversification ", SchemeName(scheme)));
}

absl::Status ParseProperties(const pb::KeySet& message,
                             const Templates& templates, KeySet& set) {
  RETURN_IF_ERROR(CheckProfileName(message.name()));
  set.name = message.name();
  if (message.master_version() == 0) {
    return absl::InvalidArgumentError("master_version starts at 1");
  }
  set.master_version = message.master_version();
  if (message.key_version_number() < 1 || message.key_version_number() > 127) {
    return absl::InvalidArgumentError("key_version_number must be 1 to 127");
  }
  set.key_version_number = static_cast<uint8_t>(message.key_version_number());
  set.scheme.key_bits = message.key_bits();
  ASSIGN_OR_RETURN(set.scheme.diversification,
                   ToDiversification(message.diversification()));
  RETURN_IF_ERROR(TakeTemplate(message.template_(), templates, set.scheme));
  RETURN_IF_ERROR(CheckAlgorithm(set.scheme));
  if (message.file_cards()) return TakeFileCards(message.scp(), set);
  return TakeProtocol(message.scp(), set);
}

bool Allows(const KeyEntry& key, CK_MECHANISM_TYPE mechanism) {
  const std::vector<CK_MECHANISM_TYPE>& all = key.spec.mechanisms;
  return std::find(all.begin(), all.end(), mechanism) != all.end();
}

// That triple DES masters may be derived from in the ways that a session needs:
// ECB makes diversified card keys and a session key's halves, CBC makes session
// keys from the keys that the cards hold themselves.
absl::Status CheckTripleDesMechanisms(const KeySet& set) {
  if (!IsTripleDes(set.scheme.key_bits)) return absl::OkStatus();
  for (const KeyEntry* key : {&set.enc, &set.mac, &set.dek}) {
    if (!Allows(*key, CKM_DES3_ECB_ENCRYPT_DATA)) {
      return absl::InvalidArgumentError(
          absl::StrCat(key->label,
                       ": triple DES keys need mechanism "
                       "MECHANISM_DES3_ECB_ENCRYPT_DATA"));
    }
    if (set.scheme.diversification == Diversification::kNone &&
        !Allows(*key, CKM_DES3_CBC_ENCRYPT_DATA)) {
      return absl::InvalidArgumentError(absl::StrCat(
          key->label,
          ": triple DES keys that are not diversified make session keys "
          "themselves, and need MECHANISM_DES3_CBC_ENCRYPT_DATA too"));
    }
  }
  return absl::OkStatus();
}

absl::Status ParseReceipt(const pb::KeySet& message, const Role& role,
                          KeySet& set) {
  if (!message.has_receipt()) return absl::OkStatus();
  if (set.scp != 3 || set.scheme.diversification == Diversification::kNone ||
      IsMadeInMemory(set.scheme)) {
    return absl::InvalidArgumentError(
        "receipt: only for AES keys that are diversified inside the HSM");
  }
  set.receipt.emplace();
  return ParseKeyInto("receipt", message.receipt(), role, *set.receipt);
}

absl::StatusOr<KeySet> ParseKeySet(const pb::KeySet& message,
                                   const Templates& templates) {
  KeySet set;
  RETURN_IF_ERROR(ParseProperties(message, templates, set));
  const Role role = MasterRole(set.scheme, false);
  RETURN_IF_ERROR(ParseKeyInto("enc", message.enc(), role, set.enc));
  RETURN_IF_ERROR(ParseKeyInto("mac", message.mac(), role, set.mac));
  RETURN_IF_ERROR(ParseKeyInto("dek", message.dek(),
                               MasterRole(set.scheme, true), set.dek));
  RETURN_IF_ERROR(ParseReceipt(message, role, set));
  RETURN_IF_ERROR(CheckTripleDesMechanisms(set));
  return set;
}

absl::Status CheckNames(const std::vector<pkcs11::KeyPairName>& names) {
  std::set<std::string> labels;
  std::set<Bytes> ids;
  for (const auto& [label, id] : names) {
    if (!labels.insert(label).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("label ", label, " twice"));
    }
    if (!ids.insert(id).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("id ", ToHex(id), " twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckUnique(const KeyProfile& profile) {
  std::set<std::pair<std::string, uint32_t>> versions;
  std::map<std::string, uint8_t> scp;  // by name: one protocol a key set
  for (const KeySet& set : profile.key_sets) {
    if (!versions.emplace(set.name, set.master_version).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "key set ", set.name, " version ", set.master_version, " twice"));
    }
    const auto [first, is_first] = scp.emplace(set.name, set.scp);
    if (!is_first && first->second != set.scp) {
      return absl::InvalidArgumentError(absl::StrCat(
          "key set ", set.name, " has versions for SCP0", first->second,
          " and for SCP0", set.scp, ": give the new one a name of its own"));
    }
  }
  std::vector<pkcs11::KeyPairName> names;
  for (const KeyEntry* key : AllKeys(profile)) {
    names.push_back({key->label, key->id});
  }
  for (const SigningKey& key : profile.signing_keys) {
    names.push_back(key.in_token);
  }
  return CheckNames(names);
}

absl::StatusOr<KeyProfile> FromMessage(const pb::KeyProfile& message) {
  KeyProfile profile;
  ASSIGN_OR_RETURN(const Templates templates, ParseTemplates(message));
  for (const pb::KeySet& set : message.key_sets()) {
    absl::StatusOr<KeySet> parsed = ParseKeySet(set, templates);
    if (!parsed.ok()) {
      return Annotate(parsed.status(), absl::StrCat("key set ", set.name()));
    }
    profile.key_sets.push_back(*std::move(parsed));
  }
  if (profile.key_sets.empty()) {
    return absl::InvalidArgumentError("no key set");
  }
  RETURN_IF_ERROR(ParseKeyInto(
      "token_seal", message.token_seal(),
      {CKK_AES, kServiceKeyBytes, Usage::kEncrypt | Usage::kDecrypt},
      profile.token_seal));
  RETURN_IF_ERROR(ParseKeyInto("ticket_mac", message.ticket_mac(),
                               {CKK_GENERIC_SECRET, kServiceKeyBytes,
                                static_cast<unsigned>(Usage::kSign)},
                               profile.ticket_mac));
  ASSIGN_OR_RETURN(profile.signing_keys, ParseSigningKeys(message));
  RETURN_IF_ERROR(CheckUnique(profile));
  return profile;
}

}  // namespace

absl::StatusOr<KeyProfile> ParseKeyProfile(const std::string& textproto) {
  pb::KeyProfile message;
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(textproto, &message)) {
    return absl::InvalidArgumentError(
        absl::StrCat("key profile: ", error.text()));
  }
  absl::StatusOr<KeyProfile> profile = FromMessage(message);
  if (!profile.ok()) return Annotate(profile.status(), "key profile");
  return profile;
}

absl::StatusOr<KeyProfile> ReadKeyProfile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kLargestFile));
  absl::StatusOr<KeyProfile> profile = ParseKeyProfile(text);
  if (!profile.ok()) return Annotate(profile.status(), path);
  return profile;
}

}  // namespace cardferry::hsm
