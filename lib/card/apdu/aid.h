#ifndef CARDFERRY_LIB_CARD_APDU_AID_H_
#define CARDFERRY_LIB_CARD_APDU_AID_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"

namespace cardferry::card {

// An application identifier, 5 to 16 bytes (ISO/IEC 7816-4, 12.3.4).
class Aid {
 public:
  // INVALID_ARGUMENT for another number of bytes, or what is no hexadecimal.
  static absl::StatusOr<Aid> Create(ByteSpan bytes);
  static absl::StatusOr<Aid> FromHex(absl::string_view hex);

  const Bytes& bytes() const { return bytes_; }
  std::string ToHex() const { return cardferry::ToHex(bytes_); }

  bool operator==(const Aid& other) const { return bytes_ == other.bytes_; }
  bool operator!=(const Aid& other) const { return bytes_ != other.bytes_; }
  bool operator<(const Aid& other) const { return bytes_ < other.bytes_; }

 private:
  explicit Aid(Bytes bytes) : bytes_(std::move(bytes)) {}

  Bytes bytes_;
};

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_APDU_AID_H_
