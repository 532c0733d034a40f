#include "cardsim/card/extradition.h"

#include "cardsim/card/install_command.h"
#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

absl::Status CheckOwner(const card::Aid& aid, const card::Aid& domain,
                        const Registry& registry) {
  if (registry.DomainOf(aid) == nullptr) {
    return CardError(kReferencedDataNotFound, "no such AID on the card");
  }
  if (registry.MayChange(domain, aid)) return absl::OkStatus();
  return CardError(kConditionsNotSatisfied, "it is another domain's");
}

}  // namespace

// The default is so until it is deleted or updated (GPCS 2.3.1, 6.6.1).
absl::Status CheckPrivileges(const std::array<uint8_t, 3>& privileges,
                             const card::Aid& aid, const Registry& registry) {
  const bool is_domain = (privileges[0] & kSecurityDomainPrivilege) != 0;
  constexpr int kFirstOfDomains = kSecurityDomainPrivilege | kDapVerification |
                                  kDelegatedManagement | kMandatedDap;
  constexpr int kSecondOfDomains = kTrustedPath | kAuthorizedManagement;
  const int first = kDefaultSelected | (is_domain ? kFirstOfDomains : 0);
  if ((privileges[0] & ~first) != 0 ||
      (privileges[1] & ~(is_domain ? kSecondOfDomains : 0)) != 0 ||
      privileges[2] != 0 ||
      (privileges[0] & (kMandatedDap | kDapVerification)) == kMandatedDap) {
    return CardError(kWrongData, "privileges that this card does not have");
  }
  const Application* const other = registry.DefaultSelected();
  if ((privileges[0] & kDefaultSelected) != 0 && other != nullptr &&
      other->aid != aid) {
    return CardError(kConditionsNotSatisfied, "another one is the default");
  }
  return absl::OkStatus();
}

absl::Status Extradite(ByteSpan data, const card::Aid& domain,
                       Registry& registry) {
  ASSIGN_OR_RETURN(const InstallForExtradition install,
                   ParseInstallForExtradition(data));
  RETURN_IF_ERROR(CheckOwner(install.object, domain, registry));
  return registry.Extradite(install.object, install.domain);
}

absl::Status UpdateRegistry(ByteSpan data, const card::Aid& domain,
                            Registry& registry) {
  ASSIGN_OR_RETURN(const InstallForRegistryUpdate update,
                   ParseInstallForRegistryUpdate(data));
  Application* const application = registry.FindApplication(update.application);
  if (application == nullptr) {
    return CardError(kReferencedDataNotFound, "no such application");
  }
  RETURN_IF_ERROR(CheckOwner(update.application, domain, registry));
  if (update.privileges.has_value()) {
    RETURN_IF_ERROR(
        CheckPrivileges(*update.privileges, update.application, registry));
    const bool to_domain =
        ((*update.privileges)[0] & kSecurityDomainPrivilege) != 0;
    if (to_domain != application->is_domain()) {
      return CardError(kWrongData, "a security domain stays one");
    }
  }
  if (update.domain.has_value()) {
    RETURN_IF_ERROR(registry.Extradite(update.application, *update.domain));
  }
  if (update.privileges.has_value()) {
    application->privileges = *update.privileges;
  }
  return absl::OkStatus();
}

}  // namespace cardferry::cardsim
