#include "cardsim/card/stored_objects.h"

#include <algorithm>

#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

// P1 (table 11-88).
constexpr uint8_t kLastBlock = 0x80;
constexpr uint8_t kBerTlv = 0x10;
constexpr uint8_t kAnswerExpected = 0x01;  // the host's guess, nothing more

constexpr uint32_t kTags[] = {0x42, 0x45, 0x5F50};

bool IsKnown(uint32_t tag) {
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

}  // namespace

absl::Status StoredObjects::CheckBlock(
    const card::CommandHeader& header) const {
  const int structure = header.p1 & ~(kLastBlock | kAnswerExpected);
  if (structure != 0 && structure != kBerTlv) {
    return CardError(kWrongP1P2, "only plain BER-TLV is stored");
  }
  if (header.p2 != next_block_) {
    return CardError(kConditionsNotSatisfied, "another block's number");
  }
  return absl::OkStatus();
}

absl::Status StoredObjects::StoreAll(ByteSpan data) {
  const auto tlvs = card::ParseTlvs(data);
  if (!tlvs.ok() || tlvs->empty()) {
    return CardError(kWrongData, "STORE DATA has no BER-TLV objects");
  }
  for (const card::Tlv& tlv : *tlvs) {
    if (!IsKnown(tlv.tag)) {
      return CardError(kReferencedDataNotFound, "no such data object");
    }
    if (tlv.value.size() > kMaxValue) {
      return CardError(kWrongData, "a data object is too long");
    }
  }
  for (const card::Tlv& tlv : *tlvs) {
    objects_[static_cast<uint16_t>(tlv.tag)].assign(tlv.value.begin(),
                                                    tlv.value.end());
  }
  return absl::OkStatus();
}

absl::Status StoredObjects::Store(const card::CommandApdu& command) {
  const card::CommandHeader& header = command.header();
  absl::Status status = CheckBlock(header);
  if (status.ok()) status = StoreAll(command.data());
  const bool goes_on = status.ok() && (header.p1 & kLastBlock) == 0;
  next_block_ = goes_on ? next_block_ + 1 : 0;
  return status;
}

std::optional<Bytes> StoredObjects::Find(uint16_t tag) const {
  const auto found = objects_.find(tag);
  if (found == objects_.end()) return std::nullopt;
  return card::EncodeTlv(tag, found->second);
}

}  // namespace cardferry::cardsim
