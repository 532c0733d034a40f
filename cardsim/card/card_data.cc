#include "cardsim/card/card_data.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cardsim/card_error.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint16_t kCardRecognitionData = 0x0066;
constexpr uint16_t kSequenceCounter = 0x00C1;
constexpr uint16_t kDiversificationData = 0x00CF;
constexpr uint16_t kProductionData = 0x9F7F;

constexpr size_t kProductionDataSize = 42;

constexpr uint32_t kObjectIdentifier = 0x06;

// An object identifier below {globalPlatform} = 1.2.840.114283.
Bytes GlobalPlatformOid(ByteSpan below) {
  constexpr uint8_t kGlobalPlatform[] = {0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B};
  return card::EncodeTlv(kObjectIdentifier, Concat({kGlobalPlatform, below}));
}

// Card recognition data (GPCS 2.3.1, table H-1): 66 { 73 {
//   OID of the scheme | 60 { GlobalPlatform 2.3.1 } | 63 { card identification
//   scheme } | 64 { protocol and its i } for each protocol } }
Bytes CardRecognitionData(const KeyRing& keys) {
  Bytes fields = GlobalPlatformOid({1});
  card::AppendTlv(fields, 0x60, GlobalPlatformOid({2, 2, 3, 1}));
  card::AppendTlv(fields, 0x63, GlobalPlatformOid({3}));
  std::set<uint8_t> said;
  for (const Channel& channel : keys.channels()) {
    const Protocol& protocol = channel.protocol();
    if (!said.insert(protocol.number()).second) continue;
    card::AppendTlv(fields, 0x64,
                    GlobalPlatformOid({4, protocol.number(), protocol.i()}));
  }
  return card::EncodeTlv(kCardRecognitionData, card::EncodeTlv(0x73, fields));
}

// Key information template (table 11-27): E0 { C0 { id | KVN | type | length
// } ... }.
Bytes KeyInformation(const KeyRing& keys) {
  Bytes fields;
  for (const Channel& channel : keys.channels()) {
    const KeySet& set = channel.keys();
    for (const uint8_t id : {uint8_t{1}, uint8_t{2}, uint8_t{3}}) {
      card::AppendTlv(fields, 0xC0,
                      {id, set.version, static_cast<uint8_t>(set.type),
                       static_cast<uint8_t>(set.enc.size())});
    }
  }
  return card::EncodeTlv(kKeyInformation, fields);
}

absl::StatusOr<Bytes> SequenceCounter(const Channel& channel) {
  uint32_t sequence = channel.counters().sequence;
  switch (channel.protocol().counting()) {
    case Protocol::Counting::kNever:
      return CardError(kReferencedDataNotFound, "no sequence counter");
    case Protocol::Counting::kAtFirstMac:
      return card::EncodeTlv(kSequenceCounter,
                             {static_cast<uint8_t>(sequence >> 8),
                              static_cast<uint8_t>(sequence)});
    case Protocol::Counting::kAtInitializeUpdate:
      break;
  }
  if (sequence > 0) --sequence;
  return card::EncodeTlv(
      kSequenceCounter,
      {static_cast<uint8_t>(sequence >> 16),
       static_cast<uint8_t>(sequence >> 8), static_cast<uint8_t>(sequence)});
}

bool IsIssuerNumber(const Bytes& number) {
  return !number.empty() && number.size() <= 16;
}

}  // namespace

CardNumbers DefaultCardNumbers(ByteSpan diversification_data) {
  CardNumbers numbers;
  // Digits of ISO/IEC 7812-1 that no registered issuer has.
  numbers.issuer_identification = {0x99, 0x99, 0x99};
  numbers.card_image.assign(diversification_data.begin(),
                            diversification_data.end());
  // CPLC: fabricator (2) | type (2) | operating system (2), its date (2), level
  // (2) | fabrication date (2) | serial number (4) | batch (2) | ...
  // A simulated chip has no fabricator: all zero but serial number and batch.
  numbers.production.resize(kProductionDataSize);
  std::copy_n(diversification_data.begin() + 4, 4,
              numbers.production.begin() + 12);
  std::copy_n(diversification_data.begin() + 8, 2,
              numbers.production.begin() + 16);
  return numbers;
}

CardNumbers WithDefaults(CardNumbers numbers, ByteSpan diversification_data) {
  CardNumbers defaults = DefaultCardNumbers(diversification_data);
  if (numbers.issuer_identification.empty()) {
    numbers.issuer_identification = std::move(defaults.issuer_identification);
  }
  if (numbers.card_image.empty()) {
    numbers.card_image = std::move(defaults.card_image);
  }
  if (numbers.production.empty()) {
    numbers.production = std::move(defaults.production);
  }
  return numbers;
}

absl::Status CheckCardNumbers(const CardNumbers& numbers) {
  if (!IsIssuerNumber(numbers.issuer_identification)) {
    return absl::InvalidArgumentError(
        "the issuer identification number has 1 to 16 bytes");
  }
  if (!IsIssuerNumber(numbers.card_image)) {
    return absl::InvalidArgumentError(
        "the card image number has 1 to 16 bytes");
  }
  if (numbers.production.size() != kProductionDataSize) {
    return absl::InvalidArgumentError("production data (CPLC) has 42 bytes");
  }
  return absl::OkStatus();
}

absl::StatusOr<Bytes> ReadCardData(uint16_t tag, const KeyRing& keys,
                                   const CardNumbers& numbers) {
  if (keys.empty()) {
    if (tag == kKeyInformation) return KeyInformation(keys);
    return CardError(kReferencedDataNotFound, "there are no keys");
  }
  const Channel& default_channel = keys.channels().front();
  switch (tag) {
    case kIssuerIdentificationNumber:
      return card::EncodeTlv(tag, numbers.issuer_identification);
    case kCardImageNumber:
      return card::EncodeTlv(tag, numbers.card_image);
    case kCardRecognitionData:
      return CardRecognitionData(keys);
    case kSequenceCounter:
      return SequenceCounter(default_channel);
    case kDiversificationData:
      return card::EncodeTlv(tag, default_channel.keys().diversification_data);
    case kKeyInformation:
      return KeyInformation(keys);
    case kProductionData:
      return card::EncodeTlv(tag, numbers.production);
    default:
      return CardError(kReferencedDataNotFound, "no such data object");
  }
}

}  // namespace cardferry::cardsim
