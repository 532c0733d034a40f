#include "lib/card/gp/discovery_commands.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

constexpr size_t kCplcBytes = 42;
// 1.2.840.114283.4: GlobalPlatform's secure channel protocols.
const uint8_t kScpOid[] = {0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x04};

absl::StatusOr<ByteSpan> ValueOf(ByteSpan bytes, uint32_t tag) {
  ASSIGN_OR_RETURN(const Tlv tlv, ParseSingleTlv(bytes));
  if (tlv.tag == tag) return tlv.value;
  return absl::InvalidArgumentError(
      absl::StrFormat("tag %X instead of %X", tlv.tag, tag));
}

// 1.3.6.1.4.1.42.2.110.1: the Java Card platform's versions.
const uint8_t kJavaCardOid[] = {0x2B, 0x06, 0x01, 0x04, 0x01,
                                0x2A, 0x02, 0x6E, 0x01};

// 64 { 06 <OID> }; nullopt for an object identifier of somebody else.
absl::StatusOr<std::optional<ScpVariant>> ParseScp(ByteSpan value) {
  ASSIGN_OR_RETURN(const ByteSpan oid, ValueOf(value, 0x06));
  if (oid.size() != sizeof(kScpOid) + 2 ||
      oid.first(sizeof(kScpOid)) != ByteSpan(kScpOid)) {
    return std::nullopt;
  }
  return ScpVariant{oid[sizeof(kScpOid)], oid[sizeof(kScpOid) + 1]};
}

// A big-endian number.
uint64_t ToNumber(ByteSpan bytes) {
  uint64_t number = 0;
  for (const uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

// nullopt without the field.
absl::StatusOr<std::optional<uint64_t>> SizeIn(const std::vector<Tlv>& fields,
                                               uint32_t tag) {
  const std::optional<ByteSpan> bytes = FindTag(fields, tag);
  if (!bytes.has_value()) return std::optional<uint64_t>();
  if (bytes->empty() || bytes->size() > sizeof(uint64_t)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("free memory of %d bytes", bytes->size()));
  }
  return std::optional<uint64_t>(ToNumber(*bytes));
}

// What tag 73 of Card Recognition Data holds.
absl::StatusOr<std::vector<Tlv>> RecognitionFields(ByteSpan answer) {
  ASSIGN_OR_RETURN(const ByteSpan card_data, ValueOf(answer, kTagCardData));
  ASSIGN_OR_RETURN(const ByteSpan recognition, ValueOf(card_data, 0x73));
  return ParseTlvs(recognition);
}

// The answer has a length of this protocol.
std::optional<uint32_t> CounterOf(uint8_t scp, ByteSpan answer) {
  if (scp == 2) return static_cast<uint32_t>(ToNumber(answer.subspan(12, 2)));
  const bool has_one = scp == 3 && (answer.size() == 32 || answer.size() == 48);
  if (!has_one) return std::nullopt;
  return static_cast<uint32_t>(ToNumber(answer.subspan(answer.size() - 3)));
}

bool IsLengthOf(uint8_t scp, size_t size) {
  if (scp == 1 || scp == 2) return size == 28;
  return size == 29 || size == 32 || size == 45 || size == 48;
}

CommandApdu InitializeUpdate(uint8_t key_version_number, ByteSpan challenge) {
  return *CommandApdu::Create({0x80, 0x50, key_version_number, 0x00}, challenge,
                              CommandApdu::kMaxShortLe);
}

}  // namespace

CommandApdu SelectCommand(const Aid& aid) {
  return *CommandApdu::Create({0x00, 0xA4, 0x04, 0x00}, aid.bytes(),
                              CommandApdu::kMaxShortLe);
}

absl::StatusOr<Aid> ParseSelectAnswer(ByteSpan answer) {
  ASSIGN_OR_RETURN(const ByteSpan fci, ValueOf(answer, 0x6F));
  ASSIGN_OR_RETURN(const std::vector<Tlv> fields, ParseTlvs(fci));
  const std::optional<ByteSpan> aid = FindTag(fields, 0x84);
  if (!aid.has_value()) {
    return absl::NotFoundError("the answer to SELECT names no AID");
  }
  return Aid::Create(*aid);
}

absl::StatusOr<uint32_t> ParseLongestCommandData(ByteSpan answer) {
  ASSIGN_OR_RETURN(const ByteSpan fci, ValueOf(answer, 0x6F));
  ASSIGN_OR_RETURN(const std::vector<Tlv> fields, ParseTlvs(fci));
  const std::optional<ByteSpan> own = FindTag(fields, 0xA5);
  ASSIGN_OR_RETURN(const std::vector<Tlv> own_fields,
                   ParseTlvs(own.value_or(ByteSpan())));
  const std::optional<ByteSpan> longest = FindTag(own_fields, 0x9F65);
  if (!longest.has_value()) {
    return absl::NotFoundError(
        "the answer to SELECT does not say how long a command may be");
  }
  if (longest->size() > sizeof(uint32_t) || ToNumber(*longest) == 0) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the longest command's data is %s bytes", ToHex(*longest)));
  }
  return static_cast<uint32_t>(ToNumber(*longest));
}

CommandApdu GetDataCommand(uint16_t tag) {
  return *CommandApdu::Create(
      {0x80, 0xCA, static_cast<uint8_t>(tag >> 8), static_cast<uint8_t>(tag)},
      {}, CommandApdu::kMaxShortLe);
}

absl::StatusOr<std::vector<ScpVariant>> ParseCardRecognitionData(
    ByteSpan answer) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> fields, RecognitionFields(answer));
  std::vector<ScpVariant> variants;
  for (const Tlv& field : fields) {
    if (field.tag != 0x64) continue;
    ASSIGN_OR_RETURN(const auto variant, ParseScp(field.value));
    if (variant.has_value()) variants.push_back(*variant);
  }
  return variants;
}

absl::StatusOr<uint8_t> ParseJavaCardMajor(ByteSpan answer) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> fields, RecognitionFields(answer));
  const std::optional<ByteSpan> configuration = FindTag(fields, 0x66);
  if (!configuration.has_value()) {
    return absl::NotFoundError("the card does not say its configuration");
  }
  ASSIGN_OR_RETURN(const ByteSpan oid, ValueOf(*configuration, 0x06));
  constexpr size_t kOwn = sizeof(kJavaCardOid);
  if (oid.size() <= kOwn || oid.first(kOwn) != ByteSpan(kJavaCardOid)) {
    return absl::NotFoundError("the card's configuration is no Java Card");
  }
  return oid[kOwn];
}

absl::StatusOr<Cplc> ParseCplc(ByteSpan answer) {
  const bool bare = answer.size() == kCplcBytes;
  if (!bare) {
    ASSIGN_OR_RETURN(answer, ValueOf(answer, kTagCplc));
  }
  if (answer.size() != kCplcBytes) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "CPLC of %d bytes instead of %d", answer.size(), kCplcBytes));
  }
  return Cplc{Bytes(answer.begin(), answer.end()), bare};
}

absl::StatusOr<Bytes> ParseCardNumber(uint16_t tag, ByteSpan answer) {
  constexpr size_t kMaxNumberBytes = 64;
  const absl::StatusOr<Tlv> tlv = ParseSingleTlv(answer);
  const ByteSpan value = tlv.ok() && tlv->tag == tag ? tlv->value : answer;
  if (value.empty() || value.size() > kMaxNumberBytes) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%02X of %d bytes instead of 1 to %d", tag,
                        value.size(), kMaxNumberBytes));
  }
  return Bytes(value.begin(), value.end());
}

absl::StatusOr<FreeMemory> ParseFreeMemory(ByteSpan answer) {
  ASSIGN_OR_RETURN(const ByteSpan resources,
                   ValueOf(answer, kTagExtendedCardResources));
  ASSIGN_OR_RETURN(const std::vector<Tlv> fields, ParseTlvs(resources));
  FreeMemory free;
  ASSIGN_OR_RETURN(free.non_volatile, SizeIn(fields, 0x82));
  ASSIGN_OR_RETURN(free.transient, SizeIn(fields, 0x83));
  return free;
}

CommandApdu InitializeUpdateCommand(uint8_t key_version_number,
                                    const HostChallenge& challenge) {
  return InitializeUpdate(key_version_number, ByteSpan(challenge).first(8));
}

CommandApdu LongInitializeUpdateCommand(uint8_t key_version_number,
                                        const HostChallenge& challenge) {
  return InitializeUpdate(key_version_number, challenge);
}

absl::StatusOr<ClaimedIdentity> ParseInitializeUpdateAnswer(ByteSpan answer) {
  if (answer.size() < 28) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "an INITIALIZE UPDATE answer of %d bytes", answer.size()));
  }
  ClaimedIdentity claim;
  std::copy_n(answer.begin(), claim.key_diversification_data.size(),
              claim.key_diversification_data.begin());
  claim.key_version_number = answer[10];
  claim.scp = answer[11];
  if (claim.scp < 1 || claim.scp > 3) {
    return absl::UnimplementedError(
        absl::StrFormat("the card speaks SCP%02X", claim.scp));
  }
  if (!IsLengthOf(claim.scp, answer.size())) {
    return absl::InvalidArgumentError(
        absl::StrFormat("an INITIALIZE UPDATE answer of %d bytes for SCP%02X",
                        answer.size(), claim.scp));
  }
  if (claim.scp == 3) claim.i = answer[12];
  claim.sequence_counter = CounterOf(claim.scp, answer);
  return claim;
}

absl::StatusOr<ClaimedIdentity> ParseImplicitIdentity(
    ByteSpan key_information, ByteSpan sequence_counter,
    ByteSpan diversification_data) {
  ASSIGN_OR_RETURN(const ByteSpan keys,
                   ValueOf(key_information, kTagKeyInformation));
  ASSIGN_OR_RETURN(const std::vector<Tlv> fields, ParseTlvs(keys));
  const std::optional<ByteSpan> first = FindTag(fields, 0xC0);
  ASSIGN_OR_RETURN(const ByteSpan counter,
                   ValueOf(sequence_counter, kTagSequenceCounter));
  ASSIGN_OR_RETURN(const ByteSpan data,
                   ValueOf(diversification_data, kTagDiversificationData));
  ClaimedIdentity claim;
  if (!first.has_value() || first->size() < 2 || counter.size() != 2 ||
      data.size() != claim.key_diversification_data.size()) {
    return absl::InvalidArgumentError(
        "the card does not say its key version, its sequence counter of 2 "
        "bytes and its key diversification data of 10");
  }
  std::copy(data.begin(), data.end(), claim.key_diversification_data.begin());
  claim.key_version_number = (*first)[1];
  claim.scp = 2;
  claim.sequence_counter = static_cast<uint32_t>(ToNumber(counter));
  return claim;
}

}  // namespace cardferry::card
