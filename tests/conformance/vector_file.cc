#include "tests/conformance/vector_file.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"

namespace cardferry::conformance {
namespace {

using nlohmann::json;

constexpr size_t kMaxFileSize = 64 << 20;
constexpr int kMaxDepth = 8;

// The one place where the JSON library may throw.
absl::StatusOr<json> ParseJson(absl::string_view text) {
  try {
    return json::parse(text.begin(), text.end());
  } catch (const json::exception& e) {
    return absl::InvalidArgumentError(absl::StrCat("not JSON: ", e.what()));
  }
}

// Adds `value` and what is in it to `fields`.
absl::Status Flatten(const json& value, const std::string& path, int depth,
                     Vector::Fields& fields) {
  if (depth > kMaxDepth) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is nested too deep"));
  }
  if (value.is_null()) return absl::OkStatus();
  if (!value.is_structured()) {
    fields[path] =
        value.is_string() ? value.get_ref<const std::string&>() : value.dump();
    return absl::OkStatus();
  }
  size_t index = 0;
  for (const auto& item : value.items()) {
    const std::string key =
        value.is_array() ? absl::StrCat(index++) : item.key();
    RETURN_IF_ERROR(Flatten(item.value(),
                            path.empty() ? key : absl::StrCat(path, ".", key),
                            depth + 1, fields));
  }
  return absl::OkStatus();
}

absl::StatusOr<Vector> ParseRecord(const json& record) {
  if (!record.is_object()) {
    return absl::InvalidArgumentError("not an object");
  }
  Vector::Fields fields;
  RETURN_IF_ERROR(Flatten(record, "", 0, fields));
  Vector vector(std::move(fields));
  for (const char* field : {"name", "kind"}) {
    if (vector.Text(field).empty()) {
      return absl::InvalidArgumentError(absl::StrCat("no field ", field));
    }
  }
  return vector;
}

absl::StatusOr<std::vector<std::filesystem::path>> JsonFiles(
    const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  std::vector<std::filesystem::path> paths;
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    if (entry->path().extension() == ".json") paths.push_back(entry->path());
  }
  if (error) {
    return absl::NotFoundError(
        absl::StrCat("cannot read folder ", folder, ": ", error.message()));
  }
  if (paths.empty()) {
    return absl::NotFoundError(absl::StrCat("no *.json in ", folder));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

absl::StatusOr<std::vector<Vector>> ParseVectors(absl::string_view text) {
  ASSIGN_OR_RETURN(const json list, ParseJson(text));
  if (!list.is_array()) {
    return absl::InvalidArgumentError("not a list of records");
  }
  std::vector<Vector> vectors;
  for (const json& record : list) {
    absl::StatusOr<Vector> vector = ParseRecord(record);
    if (!vector.ok()) {
      return Annotate(vector.status(), absl::StrCat("record ", vectors.size()));
    }
    vectors.push_back(*std::move(vector));
  }
  return vectors;
}

absl::StatusOr<std::vector<VectorFile>> LoadVectorFiles(
    const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<std::filesystem::path> paths,
                   JsonFiles(folder));
  std::vector<VectorFile> files;
  for (const std::filesystem::path& path : paths) {
    absl::StatusOr<std::string> text = ReadFile(path.string(), kMaxFileSize);
    if (!text.ok()) return Annotate(text.status(), path.string());
    absl::StatusOr<std::vector<Vector>> vectors = ParseVectors(*text);
    if (!vectors.ok()) return Annotate(vectors.status(), path.string());
    files.push_back({path.filename().string(), *std::move(vectors)});
  }
  return files;
}

}  // namespace cardferry::conformance
