#include "lib/card/scp/initialize_update_response.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/channel_protocol.h"

namespace cardferry::scp {
namespace {

constexpr uint8_t kPseudoRandomChallenge = 0x10;
constexpr uint8_t kS16 = 0x01;

// Offsets in the answers; see the header for the whole layouts.
constexpr size_t kKeyVersionOffset = 10;
constexpr size_t kScpOffset = 11;
constexpr size_t kIOffset = 12;
constexpr size_t kScp03ChallengeOffset = 13;
constexpr size_t kScp03CounterLength = 3;
constexpr size_t kScp02ChallengeOffset = 12;
constexpr size_t kScp02CounterLength = 2;
constexpr size_t kScp02Length = 28;

template <size_t N>
std::array<uint8_t, N> Field(ByteSpan data, size_t offset) {
  std::array<uint8_t, N> field = {};
  std::copy_n(data.begin() + offset, N, field.begin());
  return field;
}

// The challenge at `offset`, and the cryptogram that follows it.
void ReadChallenge(ByteSpan data, size_t offset,
                   InitializeUpdateResponse& answer) {
  answer.card_challenge = Field<8>(data, offset);
  answer.card_cryptogram = Field<8>(data, offset + 8);
}

absl::Status ReadScp02(ByteSpan data, InitializeUpdateResponse& answer) {
  if (data.size() != kScp02Length) {
    return absl::InvalidArgumentError(
        absl::StrFormat("INITIALIZE UPDATE answer has %d bytes, SCP02's has %d",
                        data.size(), kScp02Length));
  }
  ReadChallenge(data, kScp02ChallengeOffset, answer);
  const auto counter = data.begin() + kScp02ChallengeOffset;
  answer.sequence_counter.assign(counter, counter + kScp02CounterLength);
  return absl::OkStatus();
}

absl::Status ReadScp03(ByteSpan data, InitializeUpdateResponse& answer) {
  const uint8_t i = data[kIOffset];
  if ((i & kS16) != 0) {
    return absl::UnimplementedError(absl::StrFormat(
        "the card offers SCP03 with i %02X, S16 is not there", i));
  }
  const bool has_counter = (i & kPseudoRandomChallenge) != 0;
  const size_t before_counter = kScp03ChallengeOffset + 16;
  const size_t length =
      before_counter + (has_counter ? kScp03CounterLength : 0);
  if (data.size() != length) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "INITIALIZE UPDATE answer has %d bytes, with i %02X it has %d",
        data.size(), i, length));
  }
  answer.i = i;
  ReadChallenge(data, kScp03ChallengeOffset, answer);
  answer.sequence_counter.assign(data.begin() + before_counter, data.end());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<InitializeUpdateResponse> InitializeUpdateResponse::Parse(
    ByteSpan data) {
  if (data.size() <= kIOffset) {
    return absl::InvalidArgumentError(absl::StrCat(
        "INITIALIZE UPDATE answer has ", data.size(), " bytes, too few"));
  }
  InitializeUpdateResponse answer;
  answer.key_diversification_data = Field<10>(data, 0);
  answer.key_version_number = data[kKeyVersionOffset];
  answer.scp = data[kScpOffset];
  switch (answer.scp) {
    case kScp02:
      RETURN_IF_ERROR(ReadScp02(data, answer));
      return answer;
    case kScp03:
      RETURN_IF_ERROR(ReadScp03(data, answer));
      return answer;
    default:
      return absl::UnimplementedError(absl::StrFormat(
          "the card offers SCP%02X, SCP02 and SCP03 are there", answer.scp));
  }
}

}  // namespace cardferry::scp
