#include "hsm-config/key_profile.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace cardferry::hsm {

const char* DiversificationName(Diversification diversification) {
  switch (diversification) {
    case Diversification::kNone:
      return "none";
    case Diversification::kKdf3:
      return "kdf3";
    case Diversification::kKdf3WithLength:
      return "kdf3-with-length";
    case Diversification::kVisa2:
      return "visa2";
    case Diversification::kEmvCps:
      return "emv-cps";
    case Diversification::kTemplate:
      return "template";
  }
  return "unknown";
}

std::string SchemeName(const CardKeyScheme& scheme) {
  if (!scheme.form.has_value()) {
    return DiversificationName(scheme.diversification);
  }
  return absl::StrCat(scheme.form->name, "/", scheme.form->version);
}

uint16_t BytesThatCount(const CardKeyScheme& scheme) {
  constexpr uint16_t kAll = 0x03FF;
  switch (scheme.diversification) {
    case Diversification::kNone:
    case Diversification::kKdf3:
    case Diversification::kKdf3WithLength:
      return kAll;
    case Diversification::kVisa2:
      return 0x00F3;
    case Diversification::kEmvCps:
      return 0x03F0;
    case Diversification::kTemplate:
      break;
  }
  unsigned bytes = 0;
  for (size_t offset = 0; offset < 10; ++offset) {
    if (scp::DependsOn(*scheme.form, offset)) bytes |= 1u << offset;
  }
  return static_cast<uint16_t>(bytes);
}

bool IsAn10922(const CardKeyScheme& scheme) {
  return scheme.form.has_value() &&
         scheme.form->method == scp::TemplateMethod::kAn10922;
}

bool IsMadeInMemory(const CardKeyScheme& scheme) {
  return IsAn10922(scheme) && scheme.key_bits == 192;
}

bool HasTripleDes(const KeyProfile& profile) {
  return std::any_of(
      profile.key_sets.begin(), profile.key_sets.end(),
      [](const KeySet& set) { return IsTripleDes(set.scheme.key_bits); });
}

bool HasFileCards(const KeyProfile& profile) {
  return std::any_of(profile.key_sets.begin(), profile.key_sets.end(),
                     [](const KeySet& set) { return set.scp == kFileCards; });
}

bool IsKeyName(const std::string& name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](unsigned char letter) {
           return absl::ascii_islower(letter) || absl::ascii_isdigit(letter) ||
                  letter == '-';
         });
}

std::vector<const KeyEntry*> AllKeys(const KeyProfile& profile) {
  std::vector<const KeyEntry*> keys;
  for (const KeySet& set : profile.key_sets) {
    keys.insert(keys.end(), {&set.enc, &set.mac, &set.dek});
    if (set.receipt.has_value()) keys.push_back(&*set.receipt);
  }
  keys.insert(keys.end(), {&profile.token_seal, &profile.ticket_mac});
  return keys;
}

const KeySet* FindKeySet(const KeyProfile& profile, const std::string& name,
                         uint32_t master_version) {
  for (const KeySet& set : profile.key_sets) {
    if (set.name == name && set.master_version == master_version) return &set;
  }
  return nullptr;
}

}  // namespace cardferry::hsm
