// The contract of HsmKeys, on the real part: the vault's keys in SoftHSM2 and
// in NSS softokn, and with the fallbacks that another module would need.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/hsm/pkcs11_hsm_keys.h"
#include "services/keyvault/hsm/testing/test_vault.h"
#include "services/keyvault/testing/hsm_keys_contract.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::TestModule;

// Keys, with the token that they are in.
struct Held {
  std::unique_ptr<TestVault> vault;
  std::unique_ptr<Pkcs11HsmKeys> keys;
};

absl::StatusOr<std::unique_ptr<TestVault>> MakeVault(TestModule module) {
  std::vector<hsm::TestKeySet> sets;
  std::map<std::string, SecretBytes> known;
  for (const KnownKeySet& set : ContractKeySets()) {
    const KeySetDescription& described = set.description;
    sets.push_back({described.name, static_cast<size_t>(described.key_bits),
                    hsm::DiversificationNamed(described.diversification),
                    described.master_version, described.key_version_number,
                    set.form.has_value() ? described.diversification : ""});
    const std::string stem =
        described.name + "/" + std::to_string(described.master_version) + "/";
    known[stem + "enc"] = SecretBytes::CopyOf(set.master_enc);
    known[stem + "mac"] = SecretBytes::CopyOf(set.master_mac);
  }
  return TestVault::Create(module, sets, known);
}

// The vault that every test of a module gets a copy of.
const TestVault& Original(TestModule module) {
  static auto* const originals =
      new std::map<TestModule, std::unique_ptr<TestVault>>;
  std::unique_ptr<TestVault>& original = (*originals)[module];
  if (original == nullptr) original = MakeVault(module).value();
  return *original;
}

absl::StatusOr<std::shared_ptr<Held>> Hold(TestModule module, bool mac_by_cbc) {
  auto held = std::make_shared<Held>();
  ASSIGN_OR_RETURN(held->vault, Original(module).Copy());
  HsmOptions options = held->vault->Options();
  options.mac_by_cbc = mac_by_cbc;
  ASSIGN_OR_RETURN(held->keys, Pkcs11HsmKeys::Open(std::move(options)));
  return held;
}

HsmKeysMaker Maker(const std::string& name, TestModule module,
                   bool mac_by_cbc) {
  return {name, [module, mac_by_cbc]() -> std::shared_ptr<HsmKeys> {
            const auto held = Hold(module, mac_by_cbc);
            EXPECT_TRUE(held.ok()) << held.status();
            if (!held.ok()) return nullptr;
            return std::shared_ptr<HsmKeys>(*held, (*held)->keys.get());
          }};
}

INSTANTIATE_TEST_SUITE_P(
    Pkcs11, HsmKeysContract,
    testing::Values(Maker("SoftHsm", TestModule::kSoftHsm, true),
                    Maker("SoftHsmMacBySign", TestModule::kSoftHsm, false),
                    Maker("Nss", TestModule::kNss, true),
                    Maker("NssMacBySign", TestModule::kNss, false)),
    [](const auto& made) { return made.param.name; });

}  // namespace
}  // namespace cardferry::keyvault
