#include "tests/conformance/vector.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::conformance {

std::string Vector::Text(const std::string& path) const {
  const auto field = fields_.find(path);
  return field == fields_.end() ? "" : field->second;
}

absl::StatusOr<Bytes> Vector::Hex(const std::string& path) const {
  if (!Has(path)) {
    return absl::InvalidArgumentError(absl::StrCat("no field ", path));
  }
  absl::StatusOr<Bytes> bytes = FromHex(Text(path));
  if (!bytes.ok()) return Annotate(bytes.status(), path);
  return bytes;
}

absl::StatusOr<Bytes> Vector::Hex(const std::string& path,
                                  size_t length) const {
  ASSIGN_OR_RETURN(Bytes bytes, Hex(path));
  if (bytes.size() != length) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " has ", bytes.size(), " bytes, must have ", length));
  }
  return bytes;
}

absl::StatusOr<uint8_t> Vector::HexByte(const std::string& path) const {
  ASSIGN_OR_RETURN(const Bytes bytes, Hex(path, 1));
  return bytes[0];
}

absl::StatusOr<size_t> Vector::Number(const std::string& path) const {
  uint32_t number = 0;
  if (!absl::SimpleAtoi(Text(path), &number)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is not a number"));
  }
  return number;
}

}  // namespace cardferry::conformance
