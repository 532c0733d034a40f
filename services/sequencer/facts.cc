#include "services/sequencer/facts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/card/gp/get_status.h"
#include "services/sequencer/registry_entry.h"

namespace cardferry::sequencer {
namespace {

Assurance ProvenIf(bool proven) {
  return proven ? Assurance::kProven : Assurance::kReported;
}

// A card that does not tell what something belongs to says nothing against it.
bool BelongsTo(const card::StatusEntry& entry,
               const std::optional<card::Aid>& wanted) {
  return !wanted.has_value() || !entry.security_domain.has_value() ||
         *entry.security_domain == *wanted;
}

std::optional<std::string> DifferenceIn(const WantedPackage& wanted,
                                        const CardContent& content) {
  const card::Aid& package = wanted.package.aid;
  const card::StatusEntry* entry = content.FindLoadFile(package);
  if (entry == nullptr) return absl::StrCat("no package ", package.ToHex());
  const int version = wanted.package.major << 8 | wanted.package.minor;
  if (entry->version.value_or(version) != version) {
    return absl::StrCat("package ", package.ToHex(), " in another version");
  }
  for (const card::Aid& instance : wanted.instances) {
    entry = content.FindApplication(instance);
    if (entry == nullptr) return absl::StrCat("no applet ", instance.ToHex());
    if (entry->load_file.value_or(package) != package) {
      return absl::StrCat("applet ", instance.ToHex(), " of another package");
    }
  }
  entry = content.FindLoadFile(package);
  if (!BelongsTo(*entry, wanted.security_domain)) {
    return absl::StrCat("package ", package.ToHex(),
                        " in another security domain");
  }
  return std::nullopt;
}

std::optional<std::string> DifferenceIn(const WantedApplication& wanted,
                                        const CardContent& content) {
  const std::string name = wanted.application.ToHex();
  const card::StatusEntry* const entry =
      content.FindApplication(wanted.application);
  if (entry == nullptr) return absl::StrCat("no application ", name);
  if (!Has(*entry, wanted.life_cycle)) {
    return absl::StrCat("application ", name, " as ",
                        card::LifeCycleText(card::StatusScope::kApplications,
                                            *entry->life_cycle));
  }
  if (!wanted.privileges.empty() && !entry->privileges.empty() &&
      PrivilegeBits(entry->privileges) != PrivilegeBits(wanted.privileges)) {
    return absl::StrCat("application ", name, " with other privileges");
  }
  if (!BelongsTo(*entry, wanted.security_domain)) {
    return absl::StrCat("application ", name, " in another security domain");
  }
  return std::nullopt;
}

// What the entry of an application that is as it should be says.
void AddFacts(const WantedApplication& wanted, Assurance assurance,
              std::vector<Fact>& facts) {
  const std::string name =
      absl::StrCat("application ", wanted.application.ToHex());
  if (wanted.life_cycle == DesiredLifeCycle::kAny &&
      wanted.privileges.empty() && !wanted.security_domain.has_value()) {
    facts.push_back({absl::StrCat(name, " is there"), assurance});
  }
  if (wanted.life_cycle == DesiredLifeCycle::kLocked) {
    facts.push_back({absl::StrCat(name, " is locked"), assurance});
  }
  if (wanted.life_cycle == DesiredLifeCycle::kSelectable) {
    facts.push_back({absl::StrCat(name, " can be selected"), assurance});
  }
  if (!wanted.privileges.empty()) {
    facts.push_back(
        {absl::StrCat(name, " has the privileges ", ToHex(wanted.privileges)),
         assurance});
  }
  if (wanted.security_domain.has_value()) {
    facts.push_back({absl::StrCat(name, " belongs to security domain ",
                                  wanted.security_domain->ToHex()),
                     assurance});
  }
}

// A card that lists no modules, or no package, says nothing of them.
bool LacksModules(const WantedPackage& wanted,
                  const card::StatusEntry* package) {
  if (package == nullptr || package->modules.empty()) return false;
  return std::any_of(wanted.modules.begin(), wanted.modules.end(),
                     [package](const card::Aid& module) {
                       return std::count(package->modules.begin(),
                                         package->modules.end(), module) == 0;
                     });
}

bool Loads(const BundleState& state, const card::Aid& package) {
  return std::any_of(state.runs.begin(), state.runs.end(),
                     [&package](const CommandRun& run) {
                       return run.kind == CommandKind::kInstallForLoad &&
                              run.subject == package;
                     });
}

}  // namespace

bool HoldsOtherPackage(const BundleState& state, const CardContent& content) {
  return std::any_of(state.wanted.begin(), state.wanted.end(),
                     [&](const auto& wanted) {
                       const card::Aid& aid = wanted.package.aid;
                       return !Loads(state, aid) &&
                              LacksModules(wanted, content.FindLoadFile(aid));
                     });
}

std::optional<std::string> FirstDifference(const BundleState& state,
                                           const CardContent& content) {
  for (const WantedPackage& wanted : state.wanted) {
    auto wrong = DifferenceIn(wanted, content);
    if (wrong.has_value()) return wrong;
  }
  for (const WantedApplication& wanted : state.wanted_applications) {
    auto wrong = DifferenceIn(wanted, content);
    if (wrong.has_value()) return wrong;
  }
  for (const card::Aid& aid : state.absent_packages) {
    if (content.FindLoadFile(aid) != nullptr) {
      return absl::StrCat("package ", aid.ToHex(), " still");
    }
  }
  for (const card::Aid& aid : state.absent_applications) {
    if (content.FindApplication(aid) != nullptr) {
      return absl::StrCat("application ", aid.ToHex(), " still");
    }
  }
  return std::nullopt;
}

bool SaysVersions(const BundleState& state, const CardContent& content) {
  for (const WantedPackage& wanted : state.wanted) {
    const card::StatusEntry* const entry =
        content.FindLoadFile(wanted.package.aid);
    if (entry == nullptr || !entry->version.has_value()) return false;
  }
  return true;
}

std::vector<Fact> FactsOf(const BundleState& state, const Proofs& proofs) {
  std::vector<Fact> facts;
  for (const WantedPackage& wanted : state.wanted) {
    facts.push_back(
        {absl::StrCat("package ", wanted.package.ToString(), " is on the card"),
         ProvenIf(proofs.load_files && proofs.versions)});
    for (const card::Aid& instance : wanted.instances) {
      facts.push_back(
          {absl::StrCat("applet ", instance.ToHex(), " is installed"),
           ProvenIf(proofs.applications)});
    }
  }
  for (const WantedApplication& wanted : state.wanted_applications) {
    AddFacts(wanted, ProvenIf(proofs.applications), facts);
  }
  for (const auto& [application, proven] : proofs.stored) {
    facts.push_back(
        {absl::StrCat("application ", application.ToHex(), " has its data"),
         ProvenIf(proven)});
  }
  for (const card::Aid& aid : state.absent_packages) {
    facts.push_back(
        {absl::StrCat("package ", aid.ToHex(), " is not on the card"),
         ProvenIf(proofs.load_files || proofs.deleted.count(aid) > 0)});
  }
  for (const card::Aid& aid : state.absent_applications) {
    facts.push_back(
        {absl::StrCat("applet ", aid.ToHex(), " is not installed"),
         ProvenIf(proofs.applications || proofs.deleted.count(aid) > 0)});
  }
  return facts;
}

}  // namespace cardferry::sequencer
