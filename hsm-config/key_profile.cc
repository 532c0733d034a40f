#include "hsm-config/key_profile.h"

#include <algorithm>

namespace cardferry::hsm {

const char* DiversificationName(Diversification diversification) {
  switch (diversification) {
    case Diversification::kNone:
      return "none";
    case Diversification::kKdf3:
      return "kdf3";
    case Diversification::kVisa2:
      return "visa2";
    case Diversification::kEmvCps:
      return "emv-cps";
  }
  return "unknown";
}

bool HasTripleDes(const KeyProfile& profile) {
  return std::any_of(
      profile.key_sets.begin(), profile.key_sets.end(),
      [](const KeySet& set) { return IsTripleDes(set.key_bits); });
}

std::vector<const KeyEntry*> AllKeys(const KeyProfile& profile) {
  std::vector<const KeyEntry*> keys;
  for (const KeySet& set : profile.key_sets) {
    keys.insert(keys.end(), {&set.enc, &set.mac, &set.dek});
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
