#include "lib/card/scp/initialize_update_response.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cardferry::scp {
namespace {

constexpr uint8_t kScp03 = 0x03;
constexpr uint8_t kPseudoRandomChallenge = 0x10;
constexpr uint8_t kS16 = 0x01;

// Offsets in the answer; see the header for the whole layout.
constexpr size_t kKeyVersionOffset = 10;
constexpr size_t kScpOffset = 11;
constexpr size_t kIOffset = 12;
constexpr size_t kChallengeOffset = 13;
constexpr size_t kCryptogramOffset = 21;
constexpr size_t kCounterOffset = 29;
constexpr size_t kCounterLength = 3;

template <size_t N>
std::array<uint8_t, N> Field(ByteSpan data, size_t offset) {
  std::array<uint8_t, N> field = {};
  std::copy_n(data.begin() + offset, N, field.begin());
  return field;
}

}  // namespace

absl::StatusOr<InitializeUpdateResponse> InitializeUpdateResponse::Parse(
    ByteSpan data) {
  if (data.size() <= kIOffset) {
    return absl::InvalidArgumentError(absl::StrCat(
        "INITIALIZE UPDATE answer has ", data.size(), " bytes, too few"));
  }
  if (data[kScpOffset] != kScp03) {
    return absl::UnimplementedError(absl::StrFormat(
        "the card offers SCP%02X, only SCP03 is there", data[kScpOffset]));
  }
  InitializeUpdateResponse answer;
  answer.i = data[kIOffset];
  if ((answer.i & kS16) != 0) {
    return absl::UnimplementedError(absl::StrFormat(
        "the card offers SCP03 with i %02X, S16 is not there", answer.i));
  }
  const bool has_counter = (answer.i & kPseudoRandomChallenge) != 0;
  const size_t length = kCounterOffset + (has_counter ? kCounterLength : 0);
  if (data.size() != length) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "INITIALIZE UPDATE answer has %d bytes, with i %02X it has %d",
        data.size(), answer.i, length));
  }
  answer.key_diversification_data = Field<10>(data, 0);
  answer.key_version_number = data[kKeyVersionOffset];
  answer.card_challenge = Field<8>(data, kChallengeOffset);
  answer.card_cryptogram = Field<8>(data, kCryptogramOffset);
  if (has_counter) {
    answer.sequence_counter = Field<kCounterLength>(data, kCounterOffset);
  }
  return answer;
}

}  // namespace cardferry::scp
