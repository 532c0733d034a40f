#include "services/sequencer/content_plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lib/base/status_macros.h"

namespace cardferry::sequencer {
namespace {

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(reason);
}

std::string Short(ByteSpan hash) {
  return ToHex(hash.first(std::min<size_t>(hash.size(), 4)));
}

std::string VersionText(uint16_t version) {
  return absl::StrFormat("%d.%d", version >> 8, version & 0xFF);
}

uint16_t VersionOf(const card::PackageVersion& package) {
  return static_cast<uint16_t>(package.major << 8 | package.minor);
}

// A package of the same major and at least the same minor version will do
// (Java Card VM specification, 4.5); so will one whose version is not told.
bool Provides(const card::StatusEntry& entry,
              const card::PackageVersion& import) {
  return !entry.version.has_value() ||
         (*entry.version >> 8 == import.major &&
          (*entry.version & 0xFF) >= import.minor);
}

class Planner {
 public:
  Planner(const CardContent& actual, const std::map<card::Aid, Bytes>& origins,
          const CardProfile& profile)
      : actual_(actual), origins_(origins), profile_(profile) {}

  absl::StatusOr<ContentPlan> Plan(const DesiredState& desired) {
    RETURN_IF_ERROR(CheckOnce(desired));
    ASSIGN_OR_RETURN(const auto order, InOrderOfImports(desired));
    ContentPlan plan;
    for (const DesiredPackage* package : order) {
      RETURN_IF_ERROR(PlanPackage(*package, plan));
    }
    return plan;
  }

 private:
  static absl::Status CheckOnce(const DesiredState& desired) {
    std::set<card::Aid> packages;
    std::set<card::Aid> instances;
    for (const DesiredPackage& package : desired) {
      if (!packages.insert(package.package().aid).second) {
        return Refuse(absl::StrCat("package ", package.package().aid.ToHex(),
                                   " is desired twice"));
      }
      for (const DesiredApplet& applet : package.applets) {
        if (instances.insert(applet.instance).second) continue;
        return Refuse(absl::StrCat("applet ", applet.instance.ToHex(),
                                   " is desired twice"));
      }
    }
    return absl::OkStatus();
  }

  bool IsThere(const card::PackageVersion& import) const {
    if (profile_.IsBuiltIn(import.aid)) return true;
    const card::StatusEntry* entry = actual_.FindLoadFile(import.aid);
    return entry != nullptr && Provides(*entry, import);
  }

  // The import that keeps the package from being loaded now, or nullptr.
  const card::PackageVersion* Missing(const DesiredPackage& package,
                                      const DesiredState& before) const {
    for (const card::PackageVersion& import : package.file->cap.imports()) {
      const bool comes =
          std::any_of(before.begin(), before.end(), [&](const auto& other) {
            return other.package().aid == import.aid &&
                   other.package().major == import.major &&
                   other.package().minor >= import.minor;
          });
      if (!comes && !IsThere(import)) return &import;
    }
    return nullptr;
  }

  // A package after those that it imports. What is on the card already needs
  // no order.
  absl::StatusOr<std::vector<const DesiredPackage*>> InOrderOfImports(
      const DesiredState& desired) const {
    std::vector<const DesiredPackage*> order;
    std::vector<const DesiredPackage*> waiting;
    for (const DesiredPackage& package : desired) waiting.push_back(&package);
    DesiredState before;
    while (!waiting.empty()) {
      const auto next =
          std::find_if(waiting.begin(), waiting.end(), [&](const auto* p) {
            return actual_.FindLoadFile(p->package().aid) != nullptr ||
                   Missing(*p, before) == nullptr;
          });
      if (next == waiting.end()) return RefuseImport(*waiting[0], before);
      before.push_back(**next);
      order.push_back(*next);
      waiting.erase(next);
    }
    return order;
  }

  absl::Status RefuseImport(const DesiredPackage& package,
                            const DesiredState& before) const {
    return Refuse(
        absl::StrCat("package ", package.package().ToString(), " imports ",
                     Missing(package, before)->ToString(),
                     ", which is neither on the card nor desired before it"));
  }

  absl::Status PlanPackage(const DesiredPackage& package, ContentPlan& plan) {
    const card::Aid& aid = package.package().aid;
    const card::StatusEntry* entry = actual_.FindLoadFile(aid);
    if (entry != nullptr) {
      RETURN_IF_ERROR(CheckSame(package, *entry));
    } else if (actual_.FindApplication(aid) != nullptr) {
      return Refuse(absl::StrCat("the AID of package ", aid.ToHex(),
                                 " is taken by an application"));
    } else {
      plan.steps.push_back(LoadStep{package.file});
    }
    for (const DesiredApplet& applet : package.applets) {
      RETURN_IF_ERROR(PlanApplet(package, applet, entry != nullptr, plan));
    }
    return absl::OkStatus();
  }

  absl::Status CheckSame(const DesiredPackage& package,
                         const card::StatusEntry& entry) const {
    const std::string name = package.package().aid.ToHex();
    const uint16_t wanted = VersionOf(package.package());
    if (entry.version.has_value() && *entry.version != wanted) {
      return Refuse(
          absl::StrCat("package ", name, " is on the card in version ",
                       VersionText(*entry.version), ", version ",
                       VersionText(wanted), " is desired: delete it first"));
    }
    const auto origin = origins_.find(entry.aid);
    if (origin == origins_.end()) {
      if (entry.version.has_value()) return absl::OkStatus();
      return Refuse(absl::StrCat(
          "package ", name,
          " is on the card, and nothing says in which version or from which "
          "file: delete it first"));
    }
    if (origin->second == package.file->content_hash) return absl::OkStatus();
    return Refuse(absl::StrCat(
        "package ", name, " is on the card with other content (of CAP file ",
        Short(origin->second), "..., not ", Short(package.file->content_hash),
        "...): delete it first"));
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
                       applet.privileges, applet.parameters}});
      return absl::OkStatus();
    }
    const bool ours = !taken && package_is_there &&
                      entry->load_file.value_or(load_file) == load_file;
    if (ours) return absl::OkStatus();
    return Refuse(absl::StrCat("the AID of applet ", applet.instance.ToHex(),
                               " is taken by another on the card"));
  }

  const CardContent& actual_;
  const std::map<card::Aid, Bytes>& origins_;
  const CardProfile& profile_;
};

}  // namespace

std::string ContentPlan::Summary() const {
  if (steps.empty()) return "nothing to do";
  return absl::StrJoin(steps, ", ", [](std::string* out, const auto& step) {
    if (const auto* load = std::get_if<LoadStep>(&step)) {
      absl::StrAppend(out, "load ", load->file->cap.package().ToString());
    } else {
      const auto& installation = std::get<InstallStep>(step).installation;
      absl::StrAppend(out, "install ", installation.instance.ToHex());
    }
  });
}

bool ContentPlan::HasParameters() const {
  return std::any_of(steps.begin(), steps.end(), [](const auto& step) {
    const auto* install = std::get_if<InstallStep>(&step);
    return install != nullptr && !install->installation.parameters.empty();
  });
}

absl::StatusOr<ContentPlan> PlanContent(
    const DesiredState& desired, const CardContent& actual,
    const std::map<card::Aid, Bytes>& origins, const CardProfile& profile) {
  return Planner(actual, origins, profile).Plan(desired);
}

}  // namespace cardferry::sequencer
