#include "services/sequencer/registry_plan.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/sequencer/registry_entry.h"

namespace cardferry::sequencer {
namespace {

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(reason);
}

bool WantsCardReset(const DesiredApplet& application) {
  return (PrivilegeBits(application.privileges) & kCardResetPrivilege) != 0;
}

class Planner {
 public:
  Planner(const DesiredState& desired, const CardContent& left,
          const StoredData& stored, const CardProfile& profile)
      : desired_(desired),
        left_(left),
        stored_(stored),
        profile_(profile),
        all_(AllApplications(desired)) {}

  absl::StatusOr<RegistryPlan> Plan() {
    RETURN_IF_ERROR(CheckApplications());
    RETURN_IF_ERROR(CheckDefault());
    for (const DesiredApplet* application : all_) {
      RETURN_IF_ERROR(PlanPrivileges(*application));
    }
    for (const DesiredDomain& domain : desired_.domains) {
      RETURN_IF_ERROR(PlanDomain(domain));
    }
    RETURN_IF_ERROR(PlanExtraditions());
    plan_.after.insert(plan_.after.end(), last_privileges_.begin(),
                       last_privileges_.end());
    for (const DesiredApplet* application : all_) {
      RETURN_IF_ERROR(PlanLifeCycle(*application));
    }
    return std::move(plan_);
  }

 private:
  const card::StatusEntry* Find(const DesiredApplet& application) const {
    return left_.FindApplication(application.instance);
  }

  absl::Status CheckApplications() const {
    for (const DesiredApplet& application : desired_.applications) {
      if (Find(application) != nullptr) continue;
      return Refuse(absl::StrCat(
          "application ", application.instance.ToHex(),
          " is not on the card, and nothing says what to install it from: "
          "name it in its package"));
    }
    return absl::OkStatus();
  }

  // One application may be selected by default (GPCS 2.3.1, 6.6.1: Card Reset).
  absl::Status CheckDefault() const {
    const DesiredApplet* chosen = nullptr;
    std::set<card::Aid> given_up;
    for (const DesiredApplet* application : all_) {
      const bool is_set =
          Find(*application) == nullptr || application->update_privileges;
      if (!is_set) continue;
      given_up.insert(application->instance);
      if (!WantsCardReset(*application)) continue;
      if (chosen != nullptr) {
        return Refuse(
            absl::StrCat("applications ", chosen->instance.ToHex(), " and ",
                         application->instance.ToHex(),
                         " cannot both be selected by default (CARD_RESET)"));
      }
      chosen = application;
    }
    if (chosen == nullptr) return absl::OkStatus();
    for (const card::StatusEntry& entry : left_.applications) {
      const bool has =
          (PrivilegeBits(entry.privileges) & kCardResetPrivilege) != 0;
      if (!has || given_up.count(entry.aid) > 0) continue;
      return Refuse(absl::StrCat(
          "application ", entry.aid.ToHex(),
          " on the card is selected by default: name it without CARD_RESET "
          "and with update_privileges, so that ",
          chosen->instance.ToHex(), " can be"));
    }
    return absl::OkStatus();
  }

  absl::Status PlanPrivileges(const DesiredApplet& application) {
    const card::StatusEntry* const entry = Find(application);
    if (entry == nullptr || !application.update_privileges) {
      return absl::OkStatus();
    }
    if (entry->privileges.empty()) {
      return Refuse(absl::StrCat(
          "the card does not tell the privileges of application ",
          application.instance.ToHex(), ": they cannot be updated"));
    }
    const uint32_t wanted = PrivilegeBits(application.privileges);
    const uint32_t there = PrivilegeBits(entry->privileges);
    if (wanted == there) return absl::OkStatus();
    if (((wanted ^ there) & kSecurityDomainPrivilege) != 0) {
      return Refuse(absl::StrCat("application ", application.instance.ToHex(),
                                 IsSecurityDomain(*entry)
                                     ? " is a security domain, and stays one"
                                     : " is no security domain, and no update "
                                       "makes it one"));
    }
    UpdatePrivilegesStep step{application.instance, application.privileges};
    (WantsCardReset(application) ? last_privileges_ : plan_.before)
        .push_back(std::move(step));
    return absl::OkStatus();
  }

  absl::Status PlanDomain(const DesiredDomain& desired) {
    const DesiredApplet& domain = desired.domain;
    const card::StatusEntry* const entry = Find(domain);
    if (entry == nullptr) {
      if (left_.FindLoadFile(domain.instance) != nullptr) {
        return Refuse(absl::StrCat("the AID of security domain ",
                                   domain.instance.ToHex(),
                                   " is taken by a package"));
      }
      plan_.before.push_back(
          InstallStep{{desired.package, domain.module, domain.instance,
                       domain.privileges, domain.parameters,
                       domain.system_parameters, domain.uicc_parameters}});
      return absl::OkStatus();
    }
    if (IsSecurityDomain(*entry)) return absl::OkStatus();
    return Refuse(absl::StrCat("application ", domain.instance.ToHex(),
                               " on the card is no security domain"));
  }

  absl::Status CheckDomain(const card::Aid& domain) const {
    if (domain == profile_.match.isd_aid) return absl::OkStatus();
    const bool comes = std::any_of(
        desired_.domains.begin(), desired_.domains.end(),
        [&](const auto& one) { return one.domain.instance == domain; });
    const card::StatusEntry* const entry = left_.FindApplication(domain);
    if (comes || (entry != nullptr && IsSecurityDomain(*entry))) {
      return absl::OkStatus();
    }
    return Refuse(absl::StrCat(domain.ToHex(),
                               " is no security domain: neither on the card "
                               "nor in what it should hold"));
  }

  absl::Status PlanExtraditions() {
    for (const DesiredDomain& domain : desired_.domains) {
      RETURN_IF_ERROR(CheckParents(domain.domain));
      RETURN_IF_ERROR(PlanExtradition(domain.domain.instance,
                                      Find(domain.domain),
                                      domain.domain.security_domain));
    }
    for (const DesiredPackage& package : desired_.packages) {
      const card::Aid& aid = package.package().aid;
      RETURN_IF_ERROR(PlanExtradition(aid, left_.FindLoadFile(aid),
                                      package.security_domain));
      for (const DesiredApplet& applet : package.applets) {
        RETURN_IF_ERROR(PlanExtradition(applet.instance, Find(applet),
                                        applet.security_domain));
      }
    }
    for (const DesiredApplet& application : desired_.applications) {
      RETURN_IF_ERROR(PlanExtradition(application.instance, Find(application),
                                      application.security_domain));
    }
    return absl::OkStatus();
  }

  // No security domain may belong to itself in the end.
  absl::Status CheckParents(const DesiredApplet& domain) const {
    const DesiredApplet* above = &domain;
    for (size_t i = 0; i <= desired_.domains.size(); ++i) {
      if (!above->security_domain.has_value()) return absl::OkStatus();
      const auto next =
          std::find_if(desired_.domains.begin(), desired_.domains.end(),
                       [&](const auto& one) {
                         return one.domain.instance == *above->security_domain;
                       });
      if (next == desired_.domains.end()) return absl::OkStatus();
      above = &next->domain;
    }
    return Refuse(absl::StrCat("security domain ", domain.instance.ToHex(),
                               " would belong to itself"));
  }

  // What is new belongs to the domain that installs it, the issuer's.
  absl::Status PlanExtradition(const card::Aid& what,
                               const card::StatusEntry* entry,
                               const std::optional<card::Aid>& wanted) {
    if (!wanted.has_value()) return absl::OkStatus();
    RETURN_IF_ERROR(CheckDomain(*wanted));
    if (entry != nullptr && !entry->security_domain.has_value()) {
      return Refuse(absl::StrCat(
          "the card does not tell which security domain ", what.ToHex(),
          " belongs to: leave its security_domain out"));
    }
    const card::Aid& now =
        entry == nullptr ? profile_.match.isd_aid : *entry->security_domain;
    if (now != *wanted) plan_.after.push_back(ExtraditeStep{what, *wanted});
    return absl::OkStatus();
  }

  // What an application was not given yet.
  std::vector<const PersonalData*> Pending(
      const DesiredApplet& application) const {
    const auto known = Find(application) == nullptr
                           ? stored_.end()
                           : stored_.find(application.instance);
    std::vector<const PersonalData*> pending;
    for (const PersonalData& data : application.personal_data) {
      const bool is_stored =
          known != stored_.end() &&
          std::count(known->second.begin(), known->second.end(),
                     data.fingerprint) > 0;
      if (!is_stored) pending.push_back(&data);
    }
    return pending;
  }

  // It is opened, given its data, and locked in the end.
  absl::Status PlanLifeCycle(const DesiredApplet& application) {
    const card::StatusEntry* const entry = Find(application);
    const bool is_locked = entry != nullptr && IsLocked(*entry);
    const bool is_unready = entry != nullptr && IsOnlyInstalled(*entry);
    const bool locks = application.life_cycle == DesiredLifeCycle::kLocked;
    const bool opens = application.life_cycle == DesiredLifeCycle::kSelectable;
    const std::vector<const PersonalData*> pending = Pending(application);
    if (!pending.empty() && !opens && !locks && (is_locked || is_unready)) {
      return Refuse(absl::StrCat(
          "application ", application.instance.ToHex(),
          is_locked ? " is locked" : " is not selectable yet",
          ", and cannot be given its data: say which life_cycle it shall "
          "have"));
    }
    const bool unlocks = is_locked && (opens || !pending.empty());
    if (unlocks) plan_.after.push_back(LockStep{application.instance, false});
    if (is_unready && (opens || !pending.empty())) {
      plan_.after.push_back(MakeSelectableStep{application.instance});
    }
    for (const PersonalData* data : pending) {
      plan_.after.push_back(PersonalizeStep{application.instance, *data});
    }
    if (locks && (!is_locked || unlocks)) {
      plan_.after.push_back(LockStep{application.instance, true});
    }
    return absl::OkStatus();
  }

  const DesiredState& desired_;
  const CardContent& left_;
  const StoredData& stored_;
  const CardProfile& profile_;
  const std::vector<const DesiredApplet*> all_;
  std::vector<ContentStep> last_privileges_;
  RegistryPlan plan_;
};

}  // namespace

absl::StatusOr<RegistryPlan> PlanRegistry(const DesiredState& desired,
                                          const CardContent& left,
                                          const StoredData& stored,
                                          const CardProfile& profile) {
  return Planner(desired, left, stored, profile).Plan();
}

}  // namespace cardferry::sequencer
