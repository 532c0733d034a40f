#ifndef CARDFERRY_LIB_CARD_CAP_COMPONENTS_H_
#define CARDFERRY_LIB_CARD_CAP_COMPONENTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::card {

// Tags of the components of a CAP file (Java Card VM specification 3.0.5, 6.1).
enum class ComponentTag : uint8_t {
  kHeader = 1,
  kDirectory = 2,
  kApplet = 3,
  kImport = 4,
  kConstantPool = 5,
  kClass = 6,
  kMethod = 7,
  kStaticField = 8,
  kRefLocation = 9,
  kExport = 10,
  kDescriptor = 11,
};

// "Header", "Directory", ...: the name of the entry without ".cap".
absl::string_view ComponentName(ComponentTag tag);

// Whole components, tag and size field included:
//   tag (1) | size (2, of what follows) | info
using Components = std::map<ComponentTag, Bytes>;

// A package and its version.
struct PackageVersion {
  Aid aid;
  uint8_t major = 0;
  uint8_t minor = 0;

  // "A0000000620001 1.0"
  std::string ToString() const;
  bool operator==(const PackageVersion& o) const {
    return aid == o.aid && major == o.major && minor == o.minor;
  }
};

// What the Header component says (6.4):
//   DECAFFED (4) | format minor, major (1, 1) | flags (1) |
//   package: minor, major, AID length (1, 1, 1), AID | [name length (1), name]
struct CapHeader {
  uint8_t format_major = 0;
  uint8_t format_minor = 0;
  uint8_t flags = 0;
  PackageVersion package;
};
inline constexpr uint8_t kFlagExport = 0x02;
inline constexpr uint8_t kFlagApplet = 0x04;
inline constexpr uint8_t kFlagExtended = 0x08;

// Each takes a whole component and refuses it with INVALID_ARGUMENT and the
// reason when it is not well formed to the last byte.
//
// Tag and size field: what the entry of this name must begin with.
absl::Status CheckFrame(ComponentTag tag, ByteSpan component);
// Formats 2.1 to 2.3 in compact form.
absl::StatusOr<CapHeader> ParseHeader(ByteSpan component);
// Import (6.7): count (1) | per package: minor, major, AID length, AID
absl::StatusOr<std::vector<PackageVersion>> ParseImports(ByteSpan component);
// Applet (6.6): count (1) | per applet: AID length, AID, install offset (2)
absl::StatusOr<std::vector<Aid>> ParseApplets(ByteSpan component);
// Directory (6.5): its size fields (2 each, in the order of tags) against the
// components that are there. Descriptor may be left out.
absl::Status CheckDirectory(const Components& components);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_CAP_COMPONENTS_H_
