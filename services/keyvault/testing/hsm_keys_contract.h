#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_HSM_KEYS_CONTRACT_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_HSM_KEYS_CONTRACT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/keyvault/testing/openssl_hsm_keys.h"

namespace cardferry::keyvault {

// The key sets that the suite wants: "default" with the test keys of real
// traces, not diversified, and "kdf3-128", "kdf3-192", "kdf3-256".
std::vector<KnownKeySet> ContractKeySets();

// Whether its cards' receipts are to be verified: "kdf3-...". Their master has
// the value of that of MAC.
bool HasReceipts(const KnownKeySet& key_set);

// A name for INSTANTIATE_TEST_SUITE_P, and what makes HsmKeys with the masters
// of ContractKeySets, which live as long as the pointer.
struct HsmKeysMaker {
  std::string name;
  std::function<std::shared_ptr<HsmKeys>()> make;
};

// What everything that holds the vault's keys must do.
class HsmKeysContract : public testing::TestWithParam<HsmKeysMaker> {
 protected:
  // Null when the real part cannot be made here; every test fails then.
  const std::shared_ptr<HsmKeys> keys_ = GetParam().make();
  OpensslHsmKeys reference_{ContractKeySets()};

  void SetUp() override { ASSERT_NE(keys_, nullptr); }
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_HSM_KEYS_CONTRACT_H_
