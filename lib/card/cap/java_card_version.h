#ifndef CARDFERRY_LIB_CARD_CAP_JAVA_CARD_VERSION_H_
#define CARDFERRY_LIB_CARD_CAP_JAVA_CARD_VERSION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/card/cap/components.h"

namespace cardferry::card {

// A release of the Java Card platform: 3.0.4.
struct JavaCardVersion {
  uint8_t major = 0;
  uint8_t minor = 0;
  uint8_t patch = 0;

  // "3.0.4"
  std::string ToString() const;
  bool operator==(const JavaCardVersion& o) const;
  bool operator<(const JavaCardVersion& o) const;
};

// "3.0.4", or "3.1" for 3.1.0. INVALID_ARGUMENT for anything else.
absl::StatusOr<JavaCardVersion> ParseJavaCardVersion(absl::string_view text);

// The first release whose own packages provide this import: javacard.framework
// 1.5 came with 3.0.4. What no release that is known here has needs at least
// the last of them. nullopt for packages that are not Java Card's own, and for
// those that every release has.
std::optional<JavaCardVersion> FirstReleaseWith(const PackageVersion& import);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_CAP_JAVA_CARD_VERSION_H_
