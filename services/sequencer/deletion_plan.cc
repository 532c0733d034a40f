#include "services/sequencer/deletion_plan.h"

#include <algorithm>
#include <map>
#include <optional>
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

class Planner {
 public:
  Planner(const Unwanted& unwanted, const CardContent& actual,
          const CardProfile& profile)
      : unwanted_(unwanted), actual_(actual), profile_(profile) {}

  absl::StatusOr<DeletionPlan> Plan() {
    plan_.packages = unwanted_.packages;
    RETURN_IF_ERROR(CheckPackages());
    RETURN_IF_ERROR(FindApplications());
    for (const card::Aid& application : unwanted_.applications) {
      const bool goes_with_its_package = by_package_.count(application) > 0;
      if (!goes_with_its_package) Delete(application);
    }
    for (const card::Aid& package : ImportersFirst()) DeletePackage(package);
    return std::move(plan_);
  }

 private:
  absl::Status CheckPackages() const {
    for (const card::Aid& package : unwanted_.packages) {
      if (profile_.IsBuiltIn(package)) {
        return Refuse(absl::StrCat("package ", package.ToHex(),
                                   " belongs to the card itself, it is never "
                                   "deleted"));
      }
      for (const card::StatusEntry& other : actual_.load_files) {
        if (unwanted_.packages.count(other.aid) > 0) continue;
        if (!Imports(other.aid, package)) continue;
        return Refuse(absl::StrCat(
            "package ", package.ToHex(), " cannot be deleted: package ",
            other.aid.ToHex(), " on the card imports it"));
      }
    }
    return absl::OkStatus();
  }

  bool Imports(const card::Aid& importer, const card::Aid& package) const {
    const auto imports = unwanted_.imports.find(importer);
    return imports != unwanted_.imports.end() &&
           std::count(imports->second.begin(), imports->second.end(), package) >
               0;
  }

  // What the card says, else what is presumed, else the package that lists a
  // module with the application's AID.
  std::optional<card::Aid> PackageOf(const card::StatusEntry& application) {
    if (application.load_file.has_value()) return application.load_file;
    const auto presumed = unwanted_.presumed_packages.find(application.aid);
    if (presumed != unwanted_.presumed_packages.end()) return presumed->second;
    for (const card::StatusEntry& package : actual_.load_files) {
      if (std::count(package.modules.begin(), package.modules.end(),
                     application.aid) > 0) {
        return package.aid;
      }
    }
    return std::nullopt;
  }

  absl::Status FindApplications() {
    for (const card::StatusEntry& application : actual_.applications) {
      const std::optional<card::Aid> package = PackageOf(application);
      const bool follows =
          package.has_value() && unwanted_.packages.count(*package) > 0;
      if (!follows && unwanted_.applications.count(application.aid) == 0) {
        continue;
      }
      if (IsSecurityDomain(application)) {
        return Refuse(absl::StrCat("application ", application.aid.ToHex(),
                                   " is a security domain, it is never "
                                   "deleted"));
      }
      if (follows) by_package_.emplace(application.aid, *package);
      plan_.applications.insert(application.aid);
    }
    return absl::OkStatus();
  }

  // The packages that go, the last one listed first: cards list packages as
  // they were loaded, after those that they import.
  std::vector<card::Aid> LastListedFirst() const {
    std::vector<card::Aid> packages;
    for (auto entry = actual_.load_files.rbegin();
         entry != actual_.load_files.rend(); ++entry) {
      if (unwanted_.packages.count(entry->aid) > 0) {
        packages.push_back(entry->aid);
      }
    }
    return packages;
  }

  // Packages do not import each other in a circle; if records or guesses say
  // so, the last one listed goes. One of which nobody noted what it imports may
  // import all that are listed before it.
  std::vector<card::Aid> ImportersFirst() const {
    std::vector<card::Aid> order;
    std::vector<card::Aid> waiting = LastListedFirst();
    const auto may_go = [&](std::vector<card::Aid>::iterator package) {
      for (auto other = waiting.begin(); other != waiting.end(); ++other) {
        const bool listed_after = other < package;
        const bool unnoted = unwanted_.unnoted.count(*other) > 0;
        if (Imports(*other, *package) || (unnoted && listed_after)) {
          return false;
        }
      }
      return true;
    };
    while (!waiting.empty()) {
      auto next = waiting.begin();
      while (next != waiting.end() && !may_go(next)) ++next;
      if (next == waiting.end()) next = waiting.begin();
      order.push_back(*next);
      waiting.erase(next);
    }
    return order;
  }

  void Delete(const card::Aid& application) {
    plan_.steps.push_back(DeleteApplicationStep{application});
  }

  void DeletePackage(const card::Aid& package) {
    if (profile_.delete_related == card::DeleteRelated::kNo) {
      for (const auto& [application, owner] : by_package_) {
        if (owner == package) Delete(application);
      }
    }
    plan_.steps.push_back(DeletePackageStep{package, profile_.delete_related});
  }

  const Unwanted& unwanted_;
  const CardContent& actual_;
  const CardProfile& profile_;
  std::map<card::Aid, card::Aid> by_package_;  // applications that follow one
  DeletionPlan plan_;
};

}  // namespace

absl::StatusOr<DeletionPlan> PlanDeletion(const Unwanted& unwanted,
                                          const CardContent& actual,
                                          const CardProfile& profile) {
  return Planner(unwanted, actual, profile).Plan();
}

}  // namespace cardferry::sequencer
