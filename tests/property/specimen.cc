#include "tests/property/specimen.h"

#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <tuple>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cardsim/testing/load_files.h"
#include "lib/card/cap/components.h"
#include "lib/card/cap/testing/build_zip.h"

namespace cardferry::sequencer {
namespace {

std::string PackageHex(int number) {
  return absl::StrFormat("F0CA00%02X00", number);
}

std::string ModuleHex(int package, int module) {
  return absl::StrFormat("%s%02X", PackageHex(package), module + 1);
}

// The flags stand in the info of the Header component (Java Card VM
// specification 3.0.5, 6.4) after magic (4) and format (2).
constexpr size_t kHeaderFlagsAt = 6;

std::vector<card::ZipEntry> EntriesOf(const PackageSpecimen& specimen) {
  cardsim::TestPackage package;
  package.package = PackageHex(specimen.number);
  package.major = specimen.major();
  package.minor = specimen.minor();
  package.modules.clear();
  for (int module = 0; module < specimen.modules; ++module) {
    package.modules.push_back(ModuleHex(specimen.number, module));
  }
  for (const int import : specimen.imports) {
    package.imports.push_back(PackageHex(import));
  }
  // From one LOAD to three.
  package.code_size = 30 + 200 * static_cast<size_t>(specimen.number % 3) +
                      static_cast<size_t>(specimen.content);
  std::vector<card::ZipEntry> entries;
  for (cardsim::TestComponent& component : cardsim::TestComponents(package)) {
    const auto tag = static_cast<card::ComponentTag>(component.tag);
    if (tag == card::ComponentTag::kHeader) {
      component.info[kHeaderFlagsAt] =
          specimen.modules > 0 ? card::kFlagApplet : 0;
    }
    entries.push_back({absl::StrFormat("p/javacard/%s.cap",
                                       std::string(card::ComponentName(tag))),
                       cardsim::JoinComponents({component})});
  }
  return entries;
}

}  // namespace

card::Aid PackageAid(int number) {
  return *card::Aid::FromHex(PackageHex(number));
}
card::Aid ModuleAid(int package, int module) {
  return *card::Aid::FromHex(ModuleHex(package, module));
}
card::Aid InstanceAid(int number) {
  if (number >= kInstances) return PackageAid(number - kInstances);
  return *card::Aid::FromHex(absl::StrFormat("F0CB%06X", number));
}

bool PackageSpecimen::operator<(const PackageSpecimen& o) const {
  return std::tie(number, version, content, modules, imports) <
         std::tie(o.number, o.version, o.content, o.modules, o.imports);
}

std::ostream& operator<<(std::ostream& out, const PackageSpecimen& specimen) {
  return out << absl::StrFormat(
             "package %d of version %d.%d, content %d, %d modules, imports "
             "{%s}",
             specimen.number, specimen.major(), specimen.minor(),
             specimen.content, specimen.modules,
             absl::StrJoin(specimen.imports, ","));
}

std::shared_ptr<const LoadFile> FileOf(const PackageSpecimen& specimen) {
  static auto* const made =
      new std::map<PackageSpecimen, std::shared_ptr<const LoadFile>>();
  std::shared_ptr<const LoadFile>& file = (*made)[specimen];
  if (file != nullptr) return file;
  LoadFileCache cache(1 << 20);
  const auto put = cache.Put(card::BuildZip(EntriesOf(specimen)));
  if (!put.ok()) {
    std::cerr << specimen << ": " << put.status() << "\n";
    std::abort();
  }
  file = *put;
  return file;
}

Bytes BlockOf(const LoadFile& file) {
  return *file.cap.LoadFileDataBlock(card::Descriptor::kLeaveOut);
}

std::ostream& operator<<(std::ostream& out, const AppletSpecimen& specimen) {
  out << absl::StrFormat(
      "instance %d of module %d with %d bytes of parameters, %d of privileges",
      specimen.instance, specimen.module, specimen.parameters,
      specimen.long_privileges ? 3 : 1);
  if (specimen.life_cycle == DesiredLifeCycle::kAny) return out;
  return out << (specimen.life_cycle == DesiredLifeCycle::kLocked
                     ? ", locked"
                     : ", selectable");
}

std::ostream& operator<<(std::ostream& out, const ManifestSpecimen& specimen) {
  for (const ManifestSpecimen::Package& package : specimen.packages) {
    out << "\n  " << package.package
        << (package.replace ? ", may replace" : "");
    for (const AppletSpecimen& applet : package.applets) {
      out << "\n    " << applet;
    }
  }
  return out << "\n  no packages {"
             << absl::StrJoin(specimen.absent_packages, ",")
             << "}, no instances {"
             << absl::StrJoin(specimen.absent_instances, ",") << "}\n";
}

DesiredState DesiredBy(const ManifestSpecimen& manifest) {
  DesiredState desired;
  for (const ManifestSpecimen::Package& wanted : manifest.packages) {
    DesiredPackage package{FileOf(wanted.package), {}, wanted.replace};
    for (const AppletSpecimen& applet : wanted.applets) {
      package.applets.push_back(
          {ModuleAid(wanted.package.number, applet.module),
           InstanceAid(applet.instance), Bytes(applet.long_privileges ? 3 : 1),
           Bytes(static_cast<size_t>(applet.parameters), 0x50)});
      package.applets.back().life_cycle = applet.life_cycle;
    }
    desired.packages.push_back(std::move(package));
  }
  for (const int number : manifest.absent_packages) {
    desired.absent_packages.push_back(PackageAid(number));
  }
  for (const int number : manifest.absent_instances) {
    desired.absent_applications.push_back(InstanceAid(number));
  }
  return desired;
}

}  // namespace cardferry::sequencer
