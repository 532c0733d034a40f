#ifndef CARDFERRY_TESTS_CONFORMANCE_VECTOR_H_
#define CARDFERRY_TESTS_CONFORMANCE_VECTOR_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::conformance {

// One record of a vector file. Its fields have paths: "kind", "keys.enc",
// "commands.2.plain"; a field that is null is not there. Errors of the readers
// are INVALID_ARGUMENT and name the field.
class Vector {
 public:
  using Fields = std::map<std::string, std::string>;

  explicit Vector(Fields fields) : fields_(std::move(fields)) {}

  bool Has(const std::string& path) const { return fields_.count(path) > 0; }
  // Numbers and truth values as JSON writes them; "" when it is not there.
  std::string Text(const std::string& path) const;
  absl::StatusOr<Bytes> Hex(const std::string& path) const;
  absl::StatusOr<Bytes> Hex(const std::string& path, size_t length) const;
  absl::StatusOr<uint8_t> HexByte(const std::string& path) const;
  absl::StatusOr<size_t> Number(const std::string& path) const;

  std::string name() const { return Text("name"); }
  std::string kind() const { return Text("kind"); }

 private:
  Fields fields_;
};

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_VECTOR_H_
