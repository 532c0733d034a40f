#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_TESTING_TEST_VAULT_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_TESTING_TEST_VAULT_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"
#include "hsm-config/testing/test_profile.h"
#include "lib/base/secret_bytes.h"
#include "lib/pkcs11/testing/test_token.h"
#include "services/keyvault/hsm/hsm_options.h"

namespace cardferry::keyvault {

// A fresh token of a real module, with the keys of a profile made by a whole
// ceremony: some known, by label, the rest random.
class TestVault {
 public:
  static absl::StatusOr<std::unique_ptr<TestVault>> Create(
      pkcs11::TestModule module, const std::vector<hsm::TestKeySet>& sets,
      const std::map<std::string, SecretBytes>& known = {});

  // Another token with the same keys.
  absl::StatusOr<std::unique_ptr<TestVault>> Copy() const;

  // For Pkcs11HsmKeys::Open. The token's folder is writable, and not named;
  // test keys are allowed.
  HsmOptions Options() const;

  pkcs11::TestToken& token() { return *token_; }
  const hsm::KeyProfile& profile() const { return profile_; }

 private:
  TestVault(std::unique_ptr<pkcs11::TestToken> token, hsm::KeyProfile profile)
      : token_(std::move(token)), profile_(std::move(profile)) {}

  std::unique_ptr<pkcs11::TestToken> token_;
  hsm::KeyProfile profile_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_TESTING_TEST_VAULT_H_
