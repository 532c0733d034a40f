#include "services/keyvault/testing/known_token.h"

#include <map>
#include <string>

#include "hsm-config/testing/test_profile.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/hsm/pkcs11_hsm_keys.h"
#include "services/keyvault/hsm/testing/test_vault.h"

namespace cardferry::keyvault {
namespace {

// A token and what is open on it, which ends first.
struct OpenToken {
  std::unique_ptr<TestVault> token;
  std::unique_ptr<HsmKeys> keys;
};

hsm::TestKeySet ToProfile(const KeySetDescription& description) {
  hsm::TestKeySet set;
  set.name = description.name;
  set.key_bits = static_cast<size_t>(description.key_bits);
  set.diversification = hsm::DiversificationNamed(description.diversification);
  if (set.diversification == hsm::Diversification::kTemplate) {
    set.form = description.diversification;
  }
  set.master_version = description.master_version;
  set.key_version_number = description.key_version_number;
  return set;
}

}  // namespace

absl::StatusOr<std::shared_ptr<HsmKeys>> OpenKnownToken(
    pkcs11::TestModule module, const std::vector<KnownKeySet>& key_sets) {
  std::vector<hsm::TestKeySet> sets;
  for (const KnownKeySet& key_set : key_sets) {
    sets.push_back(ToProfile(key_set.description));
  }
  const hsm::KeyProfile profile = hsm::TestProfile(sets);
  std::map<std::string, SecretBytes> masters;
  for (size_t i = 0; i < key_sets.size(); ++i) {
    masters.emplace(profile.key_sets[i].enc.label,
                    SecretBytes::CopyOf(key_sets[i].master_enc));
    masters.emplace(profile.key_sets[i].mac.label,
                    SecretBytes::CopyOf(key_sets[i].master_mac));
  }
  auto open = std::make_shared<OpenToken>();
  ASSIGN_OR_RETURN(open->token, TestVault::Create(module, sets, masters));
  ASSIGN_OR_RETURN(open->keys, Pkcs11HsmKeys::Open(open->token->Options()));
  return std::shared_ptr<HsmKeys>(open, open->keys.get());
}

}  // namespace cardferry::keyvault
