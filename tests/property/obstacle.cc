#include "tests/property/obstacle.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

namespace cardferry::sequencer {
namespace {

using Found = std::optional<Obstacle>;

Found Certain(const std::string& reason) { return Obstacle{reason}; }

bool Provides(uint16_t version, const card::PackageVersion& import) {
  return version >> 8 == import.major && (version & 0xFF) >= import.minor;
}

uint16_t VersionOf(const DesiredPackage& package) {
  return static_cast<uint16_t>(package.package().major << 8 |
                               package.package().minor);
}

class Search {
 public:
  Search(const DesiredState& desired, const Holding& holding,
         const Origins& origins)
      : desired_(desired), left_(holding), origins_(origins) {}

  Found Find() {
    if (auto found = Deletions()) return found;
    Delete();
    for (const auto& [aid, package] : left_.packages) {
      for (const card::PackageVersion& import : package.imports) {
        if (going_.count(import.aid) > 0) {
          return Certain(absl::StrCat(aid.ToHex(), " stays and imports ",
                                      import.aid.ToHex()));
        }
      }
    }
    for (const DesiredPackage& package : desired_.packages) {
      if (auto found = Arrival(package)) return found;
    }
    return Presumption();
  }

 private:
  // What stays is taken for the desired one where nobody knows better, and then
  // for one that has its imports.
  Found Presumption() const {
    for (const DesiredPackage& package : desired_.packages) {
      if (left_.packages.count(package.package().aid) == 0) continue;
      for (const card::PackageVersion& import : package.file->cap.imports()) {
        if (going_.count(import.aid) == 0) continue;
        return Obstacle{"what stays is taken for one that imports what goes",
                        false};
      }
    }
    return std::nullopt;
  }

  // The same as far as anybody can know.
  bool IsThere(const DesiredPackage& package) const {
    const card::Aid& aid = package.package().aid;
    const auto held = left_.packages.find(aid);
    if (held == left_.packages.end()) return false;
    if (held->second.version != VersionOf(package)) return false;
    // The lists tell a package of other modules, but for one that has none.
    for (const card::Aid& module : package.file->cap.applets()) {
      const std::vector<card::Aid>& modules = held->second.modules;
      if (!modules.empty() &&
          std::count(modules.begin(), modules.end(), module) == 0) {
        return false;
      }
    }
    const auto origin = origins_.find(aid);
    return origin == origins_.end() ||
           origin->second.content_hash == package.file->content_hash;
  }

  Found Deletions() {
    for (const DesiredPackage& package : desired_.packages) {
      const card::Aid& aid = package.package().aid;
      if (left_.packages.count(aid) == 0 || IsThere(package)) continue;
      if (!package.replace) {
        return Certain(absl::StrCat(aid.ToHex(), " may not be replaced"));
      }
      going_.insert(aid);
    }
    for (const card::Aid& aid : desired_.absent_packages) {
      if (left_.instances.count(aid) > 0)
        return Certain(aid.ToHex() + " is no package");
      going_.insert(aid);
    }
    for (const card::Aid& aid : desired_.absent_applications) {
      if (left_.packages.count(aid) > 0)
        return Certain(aid.ToHex() + " is a package");
    }
    return std::nullopt;
  }

  void Delete() {
    for (const card::Aid& aid : going_) left_.packages.erase(aid);
    for (const card::Aid& aid : desired_.absent_applications) {
      left_.instances.erase(aid);
    }
    for (auto it = left_.instances.begin(); it != left_.instances.end();) {
      const bool goes = going_.count(it->second.package) > 0;
      it = goes ? left_.instances.erase(it) : std::next(it);
    }
  }

  bool Comes(const card::PackageVersion& import) const {
    return std::any_of(desired_.packages.begin(), desired_.packages.end(),
                       [&import](const DesiredPackage& package) {
                         return package.package().aid == import.aid &&
                                Provides(VersionOf(package), import);
                       });
  }

  Found Arrival(const DesiredPackage& package) const {
    const card::Aid& aid = package.package().aid;
    if (left_.instances.count(aid) > 0)
      return Certain(aid.ToHex() + " is an instance");
    const bool stays = left_.packages.count(aid) > 0;
    for (const card::PackageVersion& import : package.file->cap.imports()) {
      if (stays || Comes(import)) continue;
      const auto held = left_.packages.find(import.aid);
      if (held == left_.packages.end() ||
          !Provides(held->second.version, import)) {
        return Certain(
            absl::StrCat(aid.ToHex(), " imports ", import.ToString()));
      }
    }
    for (const DesiredApplet& applet : package.applets) {
      if (auto found = Arrival(package, applet, stays)) return found;
    }
    return std::nullopt;
  }

  Found Arrival(const DesiredPackage& package, const DesiredApplet& applet,
                bool stays) const {
    const std::string name = applet.instance.ToHex();
    const auto& modules = package.file->cap.applets();
    if (std::count(modules.begin(), modules.end(), applet.module) == 0) {
      return Certain(absl::StrCat("no module ", applet.module.ToHex()));
    }
    if (left_.packages.count(applet.instance) > 0)
      return Certain(name + " is taken");
    const auto held = left_.instances.find(applet.instance);
    if (held == left_.instances.end()) {
      if (!stays || HasModule(package, applet.module)) return std::nullopt;
      return Obstacle{"another package of the same version", false};
    }
    const bool ours = stays && held->second.package == package.package().aid;
    return ours ? std::nullopt : Certain(name + " is another's");
  }

  bool HasModule(const DesiredPackage& package, const card::Aid& module) const {
    const auto& modules = left_.packages.at(package.package().aid).modules;
    return std::count(modules.begin(), modules.end(), module) > 0;
  }

  const DesiredState& desired_;
  Holding left_;
  const Origins& origins_;
  std::set<card::Aid> going_;
};

}  // namespace

std::optional<Obstacle> ObstacleTo(const DesiredState& desired,
                                   const Holding& holding,
                                   const Origins& origins) {
  return Search(desired, holding, origins).Find();
}

}  // namespace cardferry::sequencer
