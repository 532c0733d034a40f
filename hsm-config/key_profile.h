#ifndef CARDFERRY_HSM_CONFIG_KEY_PROFILE_H_
#define CARDFERRY_HSM_CONFIG_KEY_PROFILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/pkcs11/key_template.h"

namespace cardferry::hsm {

// KDF3 for AES keys, VISA2 and EMV CPS for triple DES keys.
enum class Diversification { kNone, kKdf3, kVisa2, kEmvCps };

// "none", "kdf3", "visa2", "emv-cps".
const char* DiversificationName(Diversification diversification);

// Whether keys of so many bits are triple DES keys (112, 168) or AES keys (128,
// 192, 256).
constexpr bool IsTripleDes(size_t key_bits) {
  return key_bits == 112 || key_bits == 168;
}

// One secret key in the token.
struct KeyEntry {
  std::string label;
  Bytes id;
  pkcs11::KeySpec spec;  // type, length, exact usages and mechanisms
  std::vector<std::string> used_by;
};

// The masters of one key set in one version.
struct KeySet {
  std::string name;
  uint32_t master_version = 1;
  uint8_t key_version_number = 0;
  size_t key_bits = 128;
  Diversification diversification = Diversification::kKdf3;
  KeyEntry enc;
  KeyEntry mac;
  KeyEntry dek;
};

// Every key of a vault. Valid: made by ParseKeyProfile only.
struct KeyProfile {
  std::vector<KeySet> key_sets;
  KeyEntry token_seal;
  KeyEntry ticket_mac;
};

// Whether any key set has triple DES keys.
bool HasTripleDes(const KeyProfile& profile);

// All keys of the profile, masters first.
std::vector<const KeyEntry*> AllKeys(const KeyProfile& profile);

// The key set with this name and version, or null.
const KeySet* FindKeySet(const KeyProfile& profile, const std::string& name,
                         uint32_t master_version);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_KEY_PROFILE_H_
