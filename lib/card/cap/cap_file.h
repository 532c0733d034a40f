#ifndef CARDFERRY_LIB_CARD_CAP_CAP_FILE_H_
#define CARDFERRY_LIB_CARD_CAP_CAP_FILE_H_

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/cap/components.h"

namespace cardferry::card {

// Whether the Descriptor component goes to the card. Cards need it only to
// verify code themselves; the load file data block and its hash differ.
enum class Descriptor { kLeaveOut, kSend };

// A CAP file that a card may be given: one package, every component in its
// place. Debug and custom components, class files and manifests inside the
// archive are not looked at.
class CapFile {
 public:
  // Works in memory only. INVALID_ARGUMENT, with the reason: see
  // zip_entries.h and components.h; further components twice or missing, an
  // extended CAP file, a CAP format that is not known.
  static absl::StatusOr<CapFile> Parse(ByteSpan file);

  const PackageVersion& package() const { return package_; }
  // The packages that must be on the card before this one.
  const std::vector<PackageVersion>& imports() const { return imports_; }
  // What INSTALL [for install] may name; empty for a library.
  const std::vector<Aid>& applets() const { return applets_; }

  // C4's value: the components in the order Header, Directory, Import, Applet,
  // Class, Method, StaticField, Export, ConstantPool, RefLocation[,
  // Descriptor]. INVALID_ARGUMENT when Descriptor is asked for and not there.
  absl::StatusOr<Bytes> LoadFileDataBlock(Descriptor descriptor) const;

  // Bytes that the package takes on a card for good, at least: Class, Method
  // and StaticField. A card may drop the others once it has linked them; no
  // card loads a package into less.
  size_t LeastMemory() const;

 private:
  CapFile(Components components, PackageVersion package)
      : components_(std::move(components)), package_(std::move(package)) {}

  Components components_;
  PackageVersion package_;
  std::vector<PackageVersion> imports_;
  std::vector<Aid> applets_;
};

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_CAP_CAP_FILE_H_
