// The contract of HsmKeys, on the real part: the vault's keys in SoftHSM2 and
// in NSS softokn, and with the fallbacks that another module would need.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "services/keyvault/hsm/pkcs11_hsm_keys.h"
#include "services/keyvault/hsm/testing/test_vault.h"
#include "services/keyvault/testing/hsm_keys_contract.h"
#include "services/keyvault/testing/known_card.h"
#include "services/keyvault/testing/known_token.h"

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
                    described.master_version, described.key_version_number});
    sets.back().receipts = HasReceipts(set);
    const std::string stem =
        described.name + "/" + std::to_string(described.master_version) + "/";
    known[stem + "enc"] = SecretBytes::CopyOf(set.master_enc);
    known[stem + "mac"] = SecretBytes::CopyOf(set.master_mac);
    if (HasReceipts(set)) {
      known[stem + "receipt"] = SecretBytes::CopyOf(set.master_mac);
    }
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

// The ways of diversification besides the contract's: one vault each module.
std::vector<KnownKeySet> OtherKeySets() {
  std::vector<KnownKeySet> sets = {TestKeySet(192, "kdf3-with-length"),
                                   TestKeySet(128, "ecb/1"),
                                   TestKeySet(256, "cmac/1"),
                                   TestKeySet(128, "nxp/2"),
                                   TestKeySet(192, "nxp/2"),
                                   TestKeySet(256, "nxp/2"),
                                   TestKeySet(112, "ecb/1"),
                                   TestKeySet(168, "ecb/1"),
                                   TestKeySet(112, "nxp/2")};
  for (size_t i = 0; i < sets.size(); ++i) {
    sets[i].description.name = "set-" + std::to_string(i);
  }
  return sets;
}

class OtherSchemesTest : public testing::TestWithParam<TestModule> {};

TEST_P(OtherSchemesTest, GiveTheReferencesSessions) {
  const std::vector<KnownKeySet> sets = OtherKeySets();
  ASSERT_OK_AND_ASSIGN(const std::shared_ptr<HsmKeys> keys,
                       OpenKnownToken(GetParam(), sets));
  const std::vector<KeySetDescription> described = keys->KeySets();
  ASSERT_EQ(described.size(), sets.size());
  OpensslHsmKeys reference(sets);
  for (size_t i = 0; i < sets.size(); ++i) {
    const KeySetDescription& wanted = sets[i].description;
    SCOPED_TRACE(wanted.diversification + " " +
                 std::to_string(wanted.key_bits));
    EXPECT_EQ(described[i].diversification, wanted.diversification);
    EXPECT_EQ(described[i].bytes_that_count, wanted.bytes_that_count);
    EXPECT_EQ(described[i].made_in_memory,
              wanted.diversification == "nxp/2" && wanted.key_bits == 192);
    const CardKeySelection card = {
        wanted.name, 1, {0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 7, 8, 9}};
    const uint8_t options = wanted.scp() == scp::kScp03 ? 0x70 : 0x35;
    const scp::SessionSeed seed = {
        {wanted.scp(), options}, Bytes(8, 0xA1), Bytes(8, 0xC1)};
    ASSERT_OK_AND_ASSIGN(const auto cipher, keys->OpenSession(card, seed));
    ASSERT_OK_AND_ASSIGN(const auto known, reference.OpenSession(card, seed));
    ASSERT_OK_AND_ASSIGN(const Bytes cryptogram, known->CardCryptogram());
    EXPECT_THAT(cipher->CardCryptogram(), IsOkAndHolds(cryptogram));
    const Bytes chain(wanted.scp() == scp::kScp03 ? 16 : 8, 0x77);
    ASSERT_OK_AND_ASSIGN(const std::vector<Bytes> macs,
                         known->MacChain(chain, {Bytes(20)}));
    EXPECT_THAT(cipher->MacChain(chain, {Bytes(20)}), IsOkAndHolds(macs));
  }
}

INSTANTIATE_TEST_SUITE_P(Modules, OtherSchemesTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::keyvault
