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

// Offsets in the answers; see the header for the whole layouts.
constexpr size_t kKeyVersionOffset = 10;
constexpr size_t kScpOffset = 11;
constexpr size_t kIOffset = 12;
constexpr size_t kScp03ChallengeOffset = 13;
constexpr size_t kScp03CounterLength = 3;
constexpr size_t kOlderChallengeOffset = 12;
constexpr size_t kOlderLength = 28;
constexpr size_t kScp02CounterLength = 2;

Bytes Field(ByteSpan data, size_t offset, size_t length) {
  const ByteSpan field = data.subspan(offset, length);
  return Bytes(field.begin(), field.end());
}

// The challenge at `offset`, and the cryptogram that follows it.
void ReadChallenge(ByteSpan data, size_t offset, size_t length,
                   InitializeUpdateResponse& answer) {
  answer.card_challenge = Field(data, offset, length);
  answer.card_cryptogram = Field(data, offset + length, length);
}

// SCP01 and SCP02.
absl::Status ReadOlder(ByteSpan data, InitializeUpdateResponse& answer) {
  if (data.size() != kOlderLength) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "INITIALIZE UPDATE answer has %d bytes, SCP%02X's has %d", data.size(),
        answer.scp, kOlderLength));
  }
  ReadChallenge(data, kOlderChallengeOffset, 8, answer);
  if (answer.scp == kScp02) {
    answer.sequence_counter =
        Field(data, kOlderChallengeOffset, kScp02CounterLength);
  }
  return absl::OkStatus();
}

absl::Status ReadScp03(ByteSpan data, InitializeUpdateResponse& answer) {
  const uint8_t i = data[kIOffset];
  const bool has_counter = (i & kPseudoRandomChallenge) != 0;
  const size_t challenge = ChallengeLength({kScp03, i});
  const size_t before_counter = kScp03ChallengeOffset + 2 * challenge;
  const size_t length =
      before_counter + (has_counter ? kScp03CounterLength : 0);
  if (data.size() != length) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "INITIALIZE UPDATE answer has %d bytes, with i %02X it has %d",
        data.size(), i, length));
  }
  answer.i = i;
  ReadChallenge(data, kScp03ChallengeOffset, challenge, answer);
  answer.sequence_counter =
      Field(data, before_counter, length - before_counter);
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
  std::copy_n(data.begin(), answer.key_diversification_data.size(),
              answer.key_diversification_data.begin());
  answer.key_version_number = data[kKeyVersionOffset];
  answer.scp = data[kScpOffset];
  switch (answer.scp) {
    case kScp01:
    case kScp02:
      RETURN_IF_ERROR(ReadOlder(data, answer));
      return answer;
    case kScp03:
      RETURN_IF_ERROR(ReadScp03(data, answer));
      return answer;
    default:
      return absl::UnimplementedError(absl::StrFormat(
          "the card offers SCP%02X; SCP01, SCP02 and SCP03 are there",
          answer.scp));
  }
}

}  // namespace cardferry::scp
