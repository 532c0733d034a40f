#ifndef CARDFERRY_TESTS_PROPERTY_SPECIMEN_H_
#define CARDFERRY_TESTS_PROPERTY_SPECIMEN_H_

#include <cstdint>
#include <memory>
#include <ostream>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "services/sequencer/desired_state.h"

// Small worlds to plan in: a handful of packages, each in a few versions and
// contents, and a handful of instances. Numbers stand for AIDs, so that random
// ones meet each other.
namespace cardferry::sequencer {

inline constexpr int kPackages = 5;
inline constexpr int kVersions = 3;  // 1.0, 1.1, 2.0
inline constexpr int kContents = 2;  // of each version
inline constexpr int kModules = 2;   // a package has none, one or both
// Further numbers of instances are AIDs of packages: in the way, or in theirs.
inline constexpr int kInstances = 6;

card::Aid PackageAid(int number);
card::Aid ModuleAid(int package, int module);
card::Aid InstanceAid(int number);

// A CAP file: everything that follows from these numbers.
struct PackageSpecimen {
  int number = 0;
  int version = 0;
  int content = 0;
  int modules = 0;
  std::vector<int> imports;  // packages, in version 1.0

  uint8_t major() const { return version == 2 ? 2 : 1; }
  uint8_t minor() const { return version == 1 ? 1 : 0; }
  bool operator<(const PackageSpecimen& o) const;
};
std::ostream& operator<<(std::ostream& out, const PackageSpecimen& specimen);

// The CAP file, read; each is made once.
std::shared_ptr<const LoadFile> FileOf(const PackageSpecimen& specimen);
// What of it is on a card.
Bytes BlockOf(const LoadFile& file);

struct AppletSpecimen {
  int module = 0;
  int instance = 0;
  bool long_privileges = false;
  int parameters = 0;  // bytes
  DesiredLifeCycle life_cycle = DesiredLifeCycle::kAny;
};
std::ostream& operator<<(std::ostream& out, const AppletSpecimen& specimen);

// A manifest.
struct ManifestSpecimen {
  struct Package {
    PackageSpecimen package;
    bool replace = true;
    std::vector<AppletSpecimen> applets;
  };
  std::vector<Package> packages;
  std::vector<int> absent_packages;
  std::vector<int> absent_instances;
};
std::ostream& operator<<(std::ostream& out, const ManifestSpecimen& specimen);

DesiredState DesiredBy(const ManifestSpecimen& manifest);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_PROPERTY_SPECIMEN_H_
