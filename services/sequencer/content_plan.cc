#include "services/sequencer/content_plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/status_macros.h"
#include "services/sequencer/deletion_plan.h"
#include "services/sequencer/registry_plan.h"
#include "services/sequencer/unwanted.h"

namespace cardferry::sequencer {
namespace {

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(reason);
}

// A package of the same major and at least the same minor version will do
// (Java Card VM specification, 4.5); so will one whose version is not told.
bool Provides(const card::StatusEntry& entry,
              const card::PackageVersion& import) {
  return !entry.version.has_value() ||
         (*entry.version >> 8 == import.major &&
          (*entry.version & 0xFF) >= import.minor);
}

// Each AID once, because a card has one thing under it, and not the issuer
// security domain's.
absl::Status CheckNames(const DesiredState& desired, const card::Aid& isd) {
  std::vector<card::Aid> names = desired.absent_packages;
  names.insert(names.end(), desired.absent_applications.begin(),
               desired.absent_applications.end());
  for (const DesiredPackage& package : desired.packages) {
    names.push_back(package.package().aid);
  }
  for (const DesiredApplet* application : AllApplications(desired)) {
    names.push_back(application->instance);
  }
  std::set<card::Aid> seen;
  for (const card::Aid& name : names) {
    if (name == isd) {
      return Refuse(absl::StrCat(name.ToHex(),
                                 " is the issuer security domain: it is never "
                                 "installed or deleted"));
    }
    if (seen.insert(name).second) continue;
    return Refuse(absl::StrCat("the AID ", name.ToHex(),
                               " is named twice in what the card should and "
                               "should not hold"));
  }
  return absl::OkStatus();
}

// What was given data goes only with what is to go itself, or when somebody has
// said that it may.
absl::Status CheckLosses(const DesiredState& desired, const CardContent& actual,
                         const DeletionPlan& deletions,
                         const StoredData& stored) {
  const std::vector<card::Aid>& packages = desired.absent_packages;
  const std::vector<card::Aid>& applications = desired.absent_applications;
  for (const card::StatusEntry& entry : actual.applications) {
    const bool goes =
        deletions.applications.count(entry.aid) > 0 &&
        std::count(applications.begin(), applications.end(), entry.aid) == 0 &&
        !(entry.load_file.has_value() &&
          std::count(packages.begin(), packages.end(), *entry.load_file) > 0);
    if (!goes || stored.count(entry.aid) == 0 || desired.allow_data_loss) {
      continue;
    }
    return Refuse(absl::StrCat(
        "replacing its package deletes application ", entry.aid.ToHex(),
        " with the data that it was given: allow that in the manifest "
        "(allow_data_loss) or with --allow-data-loss"));
  }
  return absl::OkStatus();
}

// What is left when a plan's deletions are done.
CardContent Without(const DeletionPlan& deletions, const CardContent& actual) {
  CardContent left;
  for (const card::StatusEntry& entry : actual.load_files) {
    if (deletions.packages.count(entry.aid) == 0) {
      left.load_files.push_back(entry);
    }
  }
  for (const card::StatusEntry& entry : actual.applications) {
    if (deletions.applications.count(entry.aid) == 0) {
      left.applications.push_back(entry);
    }
  }
  return left;
}

// What is to be loaded and installed, on a card whose packages all may stay.
class Loader {
 public:
  Loader(const CardContent& actual, const CardProfile& profile)
      : actual_(actual), profile_(profile) {}

  absl::Status Plan(const DesiredState& desired, ContentPlan& plan) const {
    ASSIGN_OR_RETURN(const auto order, InOrderOfImports(desired.packages));
    for (const DesiredPackage* package : order) {
      RETURN_IF_ERROR(PlanPackage(*package, plan));
    }
    return absl::OkStatus();
  }

 private:
  using Packages = std::vector<const DesiredPackage*>;

  bool IsThere(const card::PackageVersion& import) const {
    if (profile_.IsBuiltIn(import.aid)) return true;
    const card::StatusEntry* entry = actual_.FindLoadFile(import.aid);
    return entry != nullptr && Provides(*entry, import);
  }

  // The import that keeps the package from being loaded now, or nullptr.
  const card::PackageVersion* Missing(const DesiredPackage& package,
                                      const Packages& before) const {
    for (const card::PackageVersion& import : package.file->cap.imports()) {
      const bool comes =
          std::any_of(before.begin(), before.end(), [&](const auto* other) {
            return other->package().aid == import.aid &&
                   other->package().major == import.major &&
                   other->package().minor >= import.minor;
          });
      if (!comes && !IsThere(import)) return &import;
    }
    return nullptr;
  }

  // A package after those that it imports. What is on the card already needs
  // no order.
  absl::StatusOr<Packages> InOrderOfImports(
      const std::vector<DesiredPackage>& desired) const {
    Packages order;
    Packages waiting;
    for (const DesiredPackage& package : desired) waiting.push_back(&package);
    while (!waiting.empty()) {
      const auto next =
          std::find_if(waiting.begin(), waiting.end(), [&](const auto* p) {
            return actual_.FindLoadFile(p->package().aid) != nullptr ||
                   Missing(*p, order) == nullptr;
          });
      if (next == waiting.end()) return RefuseImport(*waiting[0], order);
      order.push_back(*next);
      waiting.erase(next);
    }
    return order;
  }

  absl::Status RefuseImport(const DesiredPackage& package,
                            const Packages& before) const {
    return Refuse(
        absl::StrCat("package ", package.package().ToString(), " imports ",
                     Missing(package, before)->ToString(),
                     ", which is neither on the card nor desired before it"));
  }

  absl::Status PlanPackage(const DesiredPackage& package,
                           ContentPlan& plan) const {
    const card::Aid& aid = package.package().aid;
    const bool is_there = actual_.FindLoadFile(aid) != nullptr;
    if (!is_there && actual_.FindApplication(aid) != nullptr) {
      return Refuse(absl::StrCat("the AID of package ", aid.ToHex(),
                                 " is taken by an application"));
    }
    if (!is_there) plan.steps.push_back(LoadStep{package.file});
    for (const DesiredApplet& applet : package.applets) {
      RETURN_IF_ERROR(PlanApplet(package, applet, is_there, plan));
    }
    return absl::OkStatus();
  }

  absl::Status PlanApplet(const DesiredPackage& package,
                          const DesiredApplet& applet, bool package_is_there,
                          ContentPlan& plan) const {
    const card::Aid& load_file = package.package().aid;
    const std::vector<card::Aid>& modules = package.file->cap.applets();
    if (std::count(modules.begin(), modules.end(), applet.module) == 0) {
      return Refuse(absl::StrCat("package ", load_file.ToHex(),
                                 " has no applet ", applet.module.ToHex()));
    }
    const card::StatusEntry* entry = actual_.FindApplication(applet.instance);
    const bool taken = actual_.FindLoadFile(applet.instance) != nullptr;
    if (entry == nullptr && !taken) {
      plan.steps.push_back(
          InstallStep{{load_file, applet.module, applet.instance,
                       applet.privileges, applet.parameters,
                       applet.system_parameters, applet.uicc_parameters}});
      return absl::OkStatus();
    }
    const bool ours = !taken && package_is_there &&
                      entry->load_file.value_or(load_file) == load_file;
    if (ours) return absl::OkStatus();
    return Refuse(absl::StrCat("the AID of applet ", applet.instance.ToHex(),
                               " is taken by another on the card"));
  }

  const CardContent& actual_;
  const CardProfile& profile_;
};

// A step in words.
std::string Words(const DeleteApplicationStep& step) {
  return absl::StrCat("delete ", step.application.ToHex());
}
std::string Words(const DeletePackageStep& step) {
  const bool related = step.related == card::DeleteRelated::kYes;
  return absl::StrCat("delete package ", step.package.ToHex(),
                      related ? " with its applets" : "");
}
std::string Words(const LoadStep& step) {
  return absl::StrCat("load ", step.file->cap.package().ToString());
}
std::string Words(const InstallStep& step) {
  return absl::StrCat("install ", step.installation.instance.ToHex());
}
std::string Words(const MakeSelectableStep& step) {
  return absl::StrCat("make ", step.application.ToHex(), " selectable");
}
std::string Words(const LockStep& step) {
  return absl::StrCat(step.locked ? "lock " : "unlock ",
                      step.application.ToHex());
}
std::string Words(const UpdatePrivilegesStep& step) {
  return absl::StrCat("set privileges of ", step.application.ToHex());
}
std::string Words(const ExtraditeStep& step) {
  return absl::StrCat("give ", step.what.ToHex(), " to ",
                      step.security_domain.ToHex());
}

std::string Words(const PersonalizeStep& step) {
  return absl::StrCat("personalize ", step.application.ToHex());
}

void AppendSteps(std::vector<ContentStep> steps, ContentPlan& plan) {
  for (ContentStep& step : steps) plan.steps.push_back(std::move(step));
}

}  // namespace

std::string ContentPlan::Summary() const {
  if (steps.empty()) return "nothing to do";
  return absl::StrJoin(steps, ", ", [](std::string* out, const auto& step) {
    out->append(std::visit([](const auto& s) { return Words(s); }, step));
  });
}

bool ContentPlan::HasParameters() const {
  return std::any_of(steps.begin(), steps.end(), [](const auto& step) {
    const auto* install = std::get_if<InstallStep>(&step);
    return std::holds_alternative<PersonalizeStep>(step) ||
           (install != nullptr && !install->installation.parameters.empty());
  });
}

bool ContentPlan::Personalizes() const {
  return std::any_of(steps.begin(), steps.end(), [](const auto& step) {
    return std::holds_alternative<PersonalizeStep>(step);
  });
}

bool ContentPlan::ChangesContent() const {
  return std::any_of(steps.begin(), steps.end(), [](const auto& step) {
    return !std::holds_alternative<PersonalizeStep>(step);
  });
}

bool ContentPlan::Deletes() const {
  return std::any_of(steps.begin(), steps.end(), [](const auto& step) {
    return std::holds_alternative<DeleteApplicationStep>(step) ||
           std::holds_alternative<DeletePackageStep>(step);
  });
}

size_t ContentPlan::LeastMemory() const {
  size_t bytes = 0;
  for (const ContentStep& step : steps) {
    const auto* load = std::get_if<LoadStep>(&step);
    if (load != nullptr) bytes += load->file->cap.LeastMemory();
  }
  return bytes;
}

absl::StatusOr<ContentPlan> PlanContent(const DesiredState& desired,
                                        const CardContent& actual,
                                        const Origins& origins,
                                        const CardProfile& profile,
                                        const StoredData& stored) {
  RETURN_IF_ERROR(CheckNames(desired, profile.match.isd_aid));
  ASSIGN_OR_RETURN(const Unwanted unwanted,
                   FindUnwanted(desired, actual, origins));
  ASSIGN_OR_RETURN(DeletionPlan deletions,
                   PlanDeletion(unwanted, actual, profile));
  RETURN_IF_ERROR(CheckLosses(desired, actual, deletions, stored));
  const CardContent left = Without(deletions, actual);
  ContentPlan plan{std::move(deletions.steps)};
  ASSIGN_OR_RETURN(RegistryPlan registry,
                   PlanRegistry(desired, left, stored, profile));
  AppendSteps(std::move(registry.before), plan);
  RETURN_IF_ERROR(Loader(left, profile).Plan(desired, plan));
  AppendSteps(std::move(registry.after), plan);
  return plan;
}

}  // namespace cardferry::sequencer
