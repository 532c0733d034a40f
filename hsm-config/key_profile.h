#ifndef CARDFERRY_HSM_CONFIG_KEY_PROFILE_H_
#define CARDFERRY_HSM_CONFIG_KEY_PROFILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/card/scp/issuer_template.h"
#include "lib/pkcs11/key_template.h"
#include "lib/pkcs11/signing_key.h"

namespace cardferry::hsm {

// KDF3 for AES keys, VISA2 and EMV CPS for triple DES keys; an issuer's own
// template for either.
enum class Diversification {
  kNone,
  kKdf3,
  kKdf3WithLength,
  kVisa2,
  kEmvCps,
  kTemplate,
};

// "none", "kdf3", "kdf3-with-length", "visa2", "emv-cps", "template".
const char* DiversificationName(Diversification diversification);

// How the cards' keys come from masters of `key_bits`.
struct CardKeyScheme {
  size_t key_bits = 128;
  Diversification diversification = Diversification::kKdf3;
  std::optional<scp::IssuerTemplate> form = std::nullopt;  // for kTemplate
};

// As above; for a template its "name/version".
std::string SchemeName(const CardKeyScheme& scheme);

// Which bytes of the key diversification data the keys depend on: bit n for
// byte n. All ten where every card has the masters themselves.
uint16_t BytesThatCount(const CardKeyScheme& scheme);

// Whether the scheme is AN10922, and whether it makes keys in the process's
// memory (an10922.h).
bool IsAn10922(const CardKeyScheme& scheme);
bool IsMadeInMemory(const CardKeyScheme& scheme);

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

// In the place of a secure channel protocol: keys of file-oriented cards.
inline constexpr uint8_t kFileCards = 0x0F;
// What the keys for receipts are derived as, beside 1 ENC, 2 MAC, 3 DEK.
inline constexpr uint8_t kReceiptKeyNumber = 4;

// The masters of one key set in one version.
struct KeySet {
  std::string name;
  uint32_t master_version = 1;
  uint8_t key_version_number = 0;
  // The one secure channel protocol that they are for, or kFileCards.
  uint8_t scp = 3;
  CardKeyScheme scheme;
  KeyEntry enc;
  KeyEntry mac;
  KeyEntry dek;
  std::optional<KeyEntry> receipt = std::nullopt;  // of AES keys alone
};

// What a key pair signs, and nothing else: signatures before load files (DAP),
// or tokens in commands.
enum class ContentSignature { kDap, kToken };

// A key pair whose signatures cards verify.
struct SigningKey {
  std::string name;
  pkcs11::SigningAlgorithm algorithm = pkcs11::SigningAlgorithm::kEcdsaP256;
  ContentSignature signs = ContentSignature::kDap;
  pkcs11::KeyPairName in_token;
  std::vector<std::string> used_by;
};

// Every key of a vault. Valid: made by ParseKeyProfile only.
struct KeyProfile {
  std::vector<KeySet> key_sets;
  KeyEntry token_seal;
  KeyEntry ticket_mac;
  std::vector<SigningKey> signing_keys;
};

// Whether any key set has triple DES keys.
bool HasTripleDes(const KeyProfile& profile);

// Whether any key set is of file-oriented cards.
bool HasFileCards(const KeyProfile& profile);

// Whether a name of the profile's is one: a-z, 0-9 and '-', not empty.
bool IsKeyName(const std::string& name);

// All secret keys of the profile, masters first.
std::vector<const KeyEntry*> AllKeys(const KeyProfile& profile);

// The key set with this name and version, or null.
const KeySet* FindKeySet(const KeyProfile& profile, const std::string& name,
                         uint32_t master_version);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_KEY_PROFILE_H_
