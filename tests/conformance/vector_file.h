#ifndef CARDFERRY_TESTS_CONFORMANCE_VECTOR_FILE_H_
#define CARDFERRY_TESTS_CONFORMANCE_VECTOR_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

struct VectorFile {
  std::string name;  // without its folder
  std::vector<Vector> vectors;
};

// A JSON list of records with at least a name and a kind. INVALID_ARGUMENT says
// where the text stops being that.
absl::StatusOr<std::vector<Vector>> ParseVectors(absl::string_view json);

// Every *.json of a folder (not of those below it), by name. NOT_FOUND without
// the folder or without such files; the errors of the files name them.
absl::StatusOr<std::vector<VectorFile>> LoadVectorFiles(
    const std::string& folder);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_VECTOR_FILE_H_
