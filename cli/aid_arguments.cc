#include "cli/aid_arguments.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {
namespace {

constexpr size_t kLeastAidBytes = 5;
constexpr size_t kMostAidBytes = 16;

absl::StatusOr<std::string> ParsePrivileges(const std::string& hex) {
  const absl::StatusOr<Bytes> bytes = FromHex(hex);
  if (bytes.ok() && (bytes->size() == 1 || bytes->size() == 3)) {
    return AsString(*bytes);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--applet: privileges are 2 or 6 hexadecimal digits, not \"", hex, "\""));
}

}  // namespace

absl::StatusOr<std::string> ParseAid(const std::string& hex,
                                     const std::string& flag) {
  const absl::StatusOr<Bytes> bytes = FromHex(hex);
  if (bytes.ok() && bytes->size() >= kLeastAidBytes &&
      bytes->size() <= kMostAidBytes) {
    return AsString(*bytes);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      flag, ": an AID is 10 to 32 hexadecimal digits, not \"", hex, "\""));
}

absl::StatusOr<orchestrator::v1::JobApplet> ParseApplet(
    const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  if (parts.size() > 3) {
    return absl::InvalidArgumentError(
        "--applet: wanted MODULE[:INSTANCE[:PRIVILEGES]]");
  }
  orchestrator::v1::JobApplet applet;
  ASSIGN_OR_RETURN(*applet.mutable_module_aid(),
                   ParseAid(parts[0], "--applet"));
  if (parts.size() > 1 && !parts[1].empty()) {
    ASSIGN_OR_RETURN(*applet.mutable_instance_aid(),
                     ParseAid(parts[1], "--applet"));
  }
  if (parts.size() > 2) {
    ASSIGN_OR_RETURN(*applet.mutable_privileges(), ParsePrivileges(parts[2]));
  }
  return applet;
}

}  // namespace cardferry::cli
