#include "lib/card/apdu/response_apdu.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace cardferry::card {
namespace {

constexpr size_t kMaxLength = 65536 + 2;

}  // namespace

absl::StatusOr<ResponseApdu> ResponseApdu::Parse(ByteSpan encoded) {
  if (encoded.size() < 2) {
    return absl::UnavailableError(absl::StrCat(
        "the card's answer has ", encoded.size(), " bytes, needs at least 2"));
  }
  if (encoded.size() > kMaxLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("the card's answer has ", encoded.size(),
                     " bytes, at most 65538 are possible"));
  }
  const size_t data_length = encoded.size() - 2;
  const unsigned sw = static_cast<unsigned>(encoded[data_length]) << 8 |
                      encoded[data_length + 1];
  const ByteSpan data = encoded.first(data_length);
  return ResponseApdu{Bytes(data.begin(), data.end()),
                      StatusWord(static_cast<uint16_t>(sw))};
}

Bytes ResponseApdu::Encode() const {
  const Bytes trailer = {sw.sw1(), sw.sw2()};
  return Concat({data, trailer});
}

}  // namespace cardferry::card
