#include "services/keyvault/hsm/testing/test_vault.h"

#include <utility>

#include "hsm-config/ceremony.h"
#include "hsm-config/testing/development_import.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/token.h"

namespace cardferry::keyvault {
namespace {

absl::Status HoldCeremony(const pkcs11::TestToken& test_token,
                          const hsm::KeyProfile& profile,
                          const std::map<std::string, SecretBytes>& known) {
  ASSIGN_OR_RETURN(
      const auto token,
      pkcs11::Token::Open(test_token.Options(pkcs11::Access::kReadWrite)));
  const pkcs11::TemplateBuilder builder(
      pkcs11::TemplateRulesFor(token->module().manufacturer()));
  ASSIGN_OR_RETURN(const pkcs11::KdfRecipe recipe,
                   hsm::ChooseKdf(*token, builder, profile));
  return hsm::ImportKnownKeys(
      {token->keep_alive(), builder, recipe, /*allow_test_keys=*/true}, profile,
      known);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TestVault>> TestVault::Create(
    pkcs11::TestModule module, const std::vector<hsm::TestKeySet>& sets,
    const std::map<std::string, SecretBytes>& known) {
  ASSIGN_OR_RETURN(std::unique_ptr<pkcs11::TestToken> token,
                   pkcs11::TestToken::Create(module));
  hsm::KeyProfile profile = hsm::TestProfile(sets);
  RETURN_IF_ERROR(HoldCeremony(*token, profile, known));
  return std::unique_ptr<TestVault>(
      new TestVault(std::move(token), std::move(profile)));
}

absl::StatusOr<std::unique_ptr<TestVault>> TestVault::Copy() const {
  ASSIGN_OR_RETURN(std::unique_ptr<pkcs11::TestToken> token, token_->Copy());
  return std::unique_ptr<TestVault>(new TestVault(std::move(token), profile_));
}

HsmOptions TestVault::Options() const {
  HsmOptions options;
  options.token = token_->Options(pkcs11::Access::kReadOnly);
  options.profile = profile_;
  options.allow_test_keys = true;
  return options;
}

}  // namespace cardferry::keyvault
