#include "tests/stage/runfiles.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <vector>

#include "absl/strings/str_cat.h"

namespace cardferry::stage {
namespace {

constexpr char kWorkspace[] = "cardferry";

std::string OwnProgram() {
  char path[PATH_MAX] = {};
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
  return std::string(path, size > 0 ? static_cast<size_t>(size) : 0);
}

// Where runfiles may lie: named by Bazel's test runner, or beside the program.
std::vector<std::string> Roots() {
  std::vector<std::string> roots;
  for (const char* name : {"RUNFILES_DIR", "TEST_SRCDIR"}) {
    const char* root = getenv(name);
    if (root != nullptr) roots.push_back(root);
  }
  roots.push_back(absl::StrCat(OwnProgram(), ".runfiles"));
  return roots;
}

}  // namespace

absl::StatusOr<std::string> Runfile(absl::string_view path) {
  for (const std::string& root : Roots()) {
    const std::string file = absl::StrCat(root, "/", kWorkspace, "/", path);
    if (access(file.c_str(), F_OK) == 0) return file;
  }
  return absl::NotFoundError(
      absl::StrCat(path, " is not among this program's files"));
}

}  // namespace cardferry::stage
