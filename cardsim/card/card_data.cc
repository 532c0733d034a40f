#include "cardsim/card/card_data.h"

#include <algorithm>

#include "cardsim/card_error.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint16_t kIssuerIdentificationNumber = 0x0042;
constexpr uint16_t kCardImageNumber = 0x0045;
constexpr uint16_t kCardRecognitionData = 0x0066;
constexpr uint16_t kKeyInformation = 0x00E0;
constexpr uint16_t kProductionData = 0x9F7F;

// Digits of ISO/IEC 7812-1 that no registered issuer has.
constexpr uint8_t kIssuer[] = {0x99, 0x99, 0x99};

constexpr uint32_t kObjectIdentifier = 0x06;
constexpr uint8_t kScp03 = 0x03;

// An object identifier below {globalPlatform} = 1.2.840.114283.
Bytes GlobalPlatformOid(ByteSpan below) {
  constexpr uint8_t kGlobalPlatform[] = {0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B};
  return card::EncodeTlv(kObjectIdentifier, Concat({kGlobalPlatform, below}));
}

// Card recognition data (GPCS 2.3.1, table H-1): 66 { 73 {
//   OID of the scheme | 60 { GlobalPlatform 2.3.1 } | 63 { card identification
//   scheme } | 64 { SCP03 and its i } } }
Bytes CardRecognitionData(uint8_t i) {
  Bytes fields = GlobalPlatformOid({1});
  card::AppendTlv(fields, 0x60, GlobalPlatformOid({2, 2, 3, 1}));
  card::AppendTlv(fields, 0x63, GlobalPlatformOid({3}));
  card::AppendTlv(fields, 0x64, GlobalPlatformOid({4, kScp03, i}));
  return card::EncodeTlv(kCardRecognitionData, card::EncodeTlv(0x73, fields));
}

// Key information template (table 11-27): E0 { C0 { id | KVN | type | length
// } ... }, type 88 is AES.
Bytes KeyInformation(const Scp03KeySet& keys) {
  constexpr uint8_t kAes = 0x88;
  Bytes fields;
  for (const uint8_t id : {uint8_t{1}, uint8_t{2}, uint8_t{3}}) {
    card::AppendTlv(
        fields, 0xC0,
        {id, keys.version, kAes, static_cast<uint8_t>(keys.enc.size())});
  }
  return card::EncodeTlv(kKeyInformation, fields);
}

// CPLC, 42 bytes: fabricator (2) | type (2) | operating system (2), its date
// (2), level (2) | fabrication date (2) | serial number (4) | batch (2) | ...
// A simulated chip has no fabricator: all zero but serial number and batch.
Bytes ProductionData(ByteSpan diversification_data) {
  Bytes cplc(42);
  std::copy_n(diversification_data.begin() + 4, 4, cplc.begin() + 12);
  std::copy_n(diversification_data.begin() + 8, 2, cplc.begin() + 16);
  return card::EncodeTlv(kProductionData, cplc);
}

}  // namespace

absl::StatusOr<Bytes> ReadCardData(uint16_t tag, const Scp03Channel& channel) {
  const Scp03KeySet& keys = channel.keys();
  switch (tag) {
    case kIssuerIdentificationNumber:
      return card::EncodeTlv(tag, kIssuer);
    case kCardImageNumber:
      return card::EncodeTlv(tag, keys.diversification_data);
    case kCardRecognitionData:
      return CardRecognitionData(channel.options().i);
    case kKeyInformation:
      return KeyInformation(keys);
    case kProductionData:
      return ProductionData(keys.diversification_data);
    default:
      return CardError(kReferencedDataNotFound, "no such data object");
  }
}

}  // namespace cardferry::cardsim
