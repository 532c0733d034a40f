#include "lib/card/cap/java_card_version.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace cardferry::card {
namespace {

constexpr JavaCardVersion k211 = {2, 1, 1};
constexpr JavaCardVersion k212 = {2, 1, 2};
constexpr JavaCardVersion k220 = {2, 2, 0};
constexpr JavaCardVersion k221 = {2, 2, 1};
constexpr JavaCardVersion k222 = {2, 2, 2};
constexpr JavaCardVersion k301 = {3, 0, 1};
constexpr JavaCardVersion k304 = {3, 0, 4};
constexpr JavaCardVersion k305 = {3, 0, 5};
constexpr JavaCardVersion k310 = {3, 1, 0};
constexpr JavaCardVersion k320 = {3, 2, 0};

// Export files of the development kits 2.1.1 to 3.2.0: at which release version
// 1.0, 1.1, ... of a package came.
struct Row {
  absl::string_view aid;
  std::vector<JavaCardVersion> releases;
};

const std::vector<Row>& Rows() {
  static const auto* const rows = new std::vector<Row>{
      // javacard.framework; no kit has 1.7
      {"A0000000620101",
       {k211, k212, k221, k222, k301, k304, k305, k310, k310, k320}},
      // javacard.security
      {"A0000000620102",
       {k211, k211, k221, k222, k301, k304, k305, k310, k320}},
      // javacardx.crypto
      {"A0000000620201",
       {k211, k211, k221, k222, k301, k304, k305, k310, k320}},
      {"A0000000620002", {k220}},    // java.io
      {"A0000000620003", {k220}},    // java.rmi
      {"A000000062010101", {k220}},  // javacard.framework.service
      {"A0000000620202", {k222, k222, k222, k305}},  // javacardx.biometry
      {"A0000000620203", {k222}},                    // javacardx.external
      {"A0000000620204", {k305}},                    // javacardx.biometry1toN
      {"A0000000620205", {k305}},                    // javacardx.security
      {"A000000062020801", {k222, k305}},            // javacardx.framework.util
      {"A00000006202080101", {k222}},  // javacardx.framework.util.intx
      {"A000000062020802", {k222}},    // javacardx.framework.math
      {"A000000062020803", {k222}},    // javacardx.framework.tlv
      {"A000000062020804", {k304}},    // javacardx.framework.string
      {"A0000000620209", {k222}},      // javacardx.apdu
      {"A000000062020901", {k305}},    // javacardx.apdu.util
  };
  return *rows;
}

}  // namespace

std::string JavaCardVersion::ToString() const {
  return absl::StrFormat("%d.%d.%d", major, minor, patch);
}

bool JavaCardVersion::operator==(const JavaCardVersion& o) const {
  return std::tie(major, minor, patch) == std::tie(o.major, o.minor, o.patch);
}

bool JavaCardVersion::operator<(const JavaCardVersion& o) const {
  return std::tie(major, minor, patch) < std::tie(o.major, o.minor, o.patch);
}

absl::StatusOr<JavaCardVersion> ParseJavaCardVersion(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  uint32_t numbers[3] = {};
  bool is_one = parts.size() == 2 || parts.size() == 3;
  for (size_t i = 0; is_one && i < parts.size(); ++i) {
    const absl::string_view part = parts[i];
    is_one = part.size() <= 2 && absl::SimpleAtoi(part, &numbers[i]) &&
             absl::StrCat(numbers[i]) == part;
  }
  if (!is_one) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text, "\" is no Java Card version: it is written like 3.0.4"));
  }
  return JavaCardVersion{static_cast<uint8_t>(numbers[0]),
                         static_cast<uint8_t>(numbers[1]),
                         static_cast<uint8_t>(numbers[2])};
}

std::optional<JavaCardVersion> FirstReleaseWith(const PackageVersion& import) {
  const std::string aid = import.aid.ToHex();
  const auto row =
      std::find_if(Rows().begin(), Rows().end(),
                   [&aid](const Row& one) { return one.aid == aid; });
  if (row == Rows().end()) return std::nullopt;
  const size_t last = row->releases.size() - 1;
  if (import.major != 1 || import.minor > last)
    return Rows()[0].releases.back();
  return row->releases[import.minor];
}

}  // namespace cardferry::card
