#include "lib/card/apdu/aid.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::card {

absl::StatusOr<Aid> Aid::Create(ByteSpan bytes) {
  if (bytes.size() < 5 || bytes.size() > 16) {
    return absl::InvalidArgumentError(
        absl::StrCat("AID has ", bytes.size(), " bytes, must have 5 to 16"));
  }
  return Aid(Bytes(bytes.begin(), bytes.end()));
}

absl::StatusOr<Aid> Aid::FromHex(absl::string_view hex) {
  absl::StatusOr<Bytes> bytes = cardferry::FromHex(hex);
  if (!bytes.ok()) return Annotate(bytes.status(), "AID");
  return Create(*bytes);
}

}  // namespace cardferry::card
