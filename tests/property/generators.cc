#include "tests/property/generators.h"

#include <algorithm>

namespace cardferry::sequencer {
namespace {

namespace gen = rc::gen;

// True in so many of a hundred cases; smaller is false.
rc::Gen<bool> Sometimes(int percent) {
  return gen::map(gen::inRange(0, 100),
                  [percent](int drawn) { return drawn >= 100 - percent; });
}

rc::Gen<int> Positions() { return gen::inRange(0, 1000); }

// Imports packages of lower numbers: of `likely` mostly, which is a manifest's
// way to be one that can be fulfilled.
PackageSpecimen Package(int number, const std::vector<int>& likely) {
  PackageSpecimen package;
  package.number = number;
  package.version = *gen::inRange(0, kVersions);
  package.content = *gen::inRange(0, kContents);
  package.modules = *gen::inRange(0, kModules + 1);
  for (int other = 0; other < number; ++other) {
    const bool is_likely = std::count(likely.begin(), likely.end(), other) > 0;
    if (*Sometimes(is_likely ? 40 : 3)) package.imports.push_back(other);
  }
  return package;
}

// An instance's number: rarely a package's AID.
int Instance() {
  return *Sometimes(4) ? *gen::inRange(kInstances, kInstances + kPackages)
                       : *gen::inRange(0, kInstances);
}

DesiredLifeCycle LifeCycle() {
  return *gen::weightedElement<DesiredLifeCycle>(
      {{3, DesiredLifeCycle::kAny},
       {1, DesiredLifeCycle::kSelectable},
       {1, DesiredLifeCycle::kLocked}});
}

// Where a card should lack something as well as have it, no plan is made: that
// is tested where plans are.
bool Take(std::vector<int>& names, int name) {
  if (std::count(names.begin(), names.end(), name) > 0) return false;
  names.push_back(name);
  return true;
}

ManifestSpecimen MakeManifest() {
  ManifestSpecimen manifest;
  std::vector<int> importable;
  std::vector<int> taken;  // numbers of instances, and of packages as such
  for (int number = 0; number < kPackages; ++number) {
    if (*Sometimes(55)) {
      const PackageSpecimen package = Package(number, importable);
      if (package.major() == 1) importable.push_back(number);
      manifest.packages.push_back({package, !*Sometimes(15), {}});
      taken.push_back(kInstances + number);
    } else if (*Sometimes(40)) {
      manifest.absent_packages.push_back(number);
      taken.push_back(kInstances + number);
    }
  }
  for (ManifestSpecimen::Package& package : manifest.packages) {
    if (package.package.modules == 0) continue;
    const int instances = *gen::inRange(0, 3);
    for (int i = 0; i < instances; ++i) {
      const int instance = Instance();
      if (!Take(taken, instance)) continue;
      package.applets.push_back({*gen::inRange(0, package.package.modules),
                                 instance, *Sometimes(30), *gen::inRange(0, 12),
                                 LifeCycle()});
    }
  }
  const int absent = *gen::inRange(0, 3);
  for (int i = 0; i < absent; ++i) {
    const int instance = Instance();
    if (Take(taken, instance)) manifest.absent_instances.push_back(instance);
  }
  return manifest;
}

}  // namespace

rc::Gen<ManifestSpecimen> Manifests() { return gen::exec(MakeManifest); }

rc::Gen<ForeignChange> ForeignChanges() {
  return gen::exec([] {
    ForeignChange change;
    change.kind = *gen::weightedElement<ForeignChange::Kind>(
        {{5, ForeignChange::Kind::kLoad},
         {4, ForeignChange::Kind::kInstall},
         {2, ForeignChange::Kind::kDelete},
         {2, ForeignChange::Kind::kLock}});
    const int number = *gen::inRange(0, kPackages);
    change.package.number = number;
    if (change.kind == ForeignChange::Kind::kLoad) {
      change.package = Package(number, {0, 1, 2, 3, 4});
    } else if (change.kind == ForeignChange::Kind::kInstall) {
      change.applet.module = *gen::inRange(0, kModules);
      change.applet.instance = Instance();
    } else if (change.kind == ForeignChange::Kind::kLock) {
      change.applet.instance = Instance();
      change.locked = *gen::arbitrary<bool>();
    } else {
      change.target = *gen::inRange(0, kInstances + kPackages);
      change.related = *gen::arbitrary<bool>();
    }
    return change;
  });
}

rc::Gen<Conduct> Conducts(bool lies) {
  return gen::exec([lies] {
    Conduct conduct;
    conduct.honest = false;
    conduct.goes_on = *gen::arbitrary<bool>();
    if (*gen::arbitrary<bool>()) {
      conduct.stops_at = *Positions();
      conduct.last_answer_lost = *gen::arbitrary<bool>();
    }
    if (*Sometimes(30)) {
      conduct.damage =
          *gen::element(Conduct::Damage::kSkip, Conduct::Damage::kTwice,
                        Conduct::Damage::kBitFlip, Conduct::Damage::kSwap);
      conduct.damage_at = *Positions();
    }
    if (lies && *gen::arbitrary<bool>()) {
      conduct.report =
          *gen::element(Conduct::Report::kBitFlip, Conduct::Report::kCut,
                        Conduct::Report::kAllWell);
      conduct.lie_at = *Positions();
    } else if (*gen::arbitrary<bool>()) {
      conduct.report = Conduct::Report::kNone;
    }
    return conduct;
  });
}

std::ostream& operator<<(std::ostream& out, const CardSpecimen& specimen) {
  return out << specimen.type
             << (specimen.deletes_related ? ", deletes what is related" : "");
}

rc::Gen<CardSpecimen> Cards() {
  return gen::exec([] {
    std::vector<CardType> types = CardTypes();
    // ForeignHost does not know MACs of 16 bytes.
    types.erase(std::remove_if(types.begin(), types.end(),
                               [](const auto& type) { return type.IsS16(); }),
                types.end());
    const int type = *gen::inRange(0, static_cast<int>(types.size()));
    return CardSpecimen{types[static_cast<size_t>(type)],
                        *gen::arbitrary<bool>()};
  });
}

std::ostream& operator<<(std::ostream& out, const Event& event) {
  for (const ForeignChange& change : event.changes) out << change;
  if (event.record_lost) out << "\n  the record is lost";
  return out << "\n  " << event.conduct;
}

rc::Gen<Event> Events(bool lies) {
  return gen::exec([lies] {
    Event event;
    if (*Sometimes(25)) {
      event.changes = *Some(3, ForeignChanges());
    }
    event.record_lost = *Sometimes(10);
    event.conduct = *Conducts(lies);
    return event;
  });
}

}  // namespace cardferry::sequencer
