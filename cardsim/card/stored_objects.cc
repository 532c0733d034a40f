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

// A part of the production data and its first byte there.
struct ProductionPart {
  uint16_t tag;
  uint8_t at;
};
constexpr ProductionPart kProductionParts[] = {{0x9F66, 26}, {0x9F67, 34}};
constexpr size_t kProductionPartSize = 8;

bool IsKnown(uint32_t tag) {
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

bool IsProductionPart(uint32_t tag) {
  return std::any_of(std::begin(kProductionParts), std::end(kProductionParts),
                     [tag](ProductionPart part) { return part.tag == tag; });
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
    const bool is_part = IsProductionPart(tlv.tag);
    if (!is_part && !IsKnown(tlv.tag)) {
      return CardError(kReferencedDataNotFound, "no such data object");
    }
    if (is_part ? tlv.value.size() != kProductionPartSize
                : tlv.value.size() > kMaxValue) {
      return CardError(kWrongData, "a data object has another length");
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

Bytes StoredObjects::Encode() const {
  Bytes out;
  for (const auto& [tag, value] : objects_) card::AppendTlv(out, tag, value);
  return out;
}

absl::Status StoredObjects::Decode(ByteSpan bytes) {
  const auto tlvs = card::ParseTlvs(bytes);
  if (!tlvs.ok()) return absl::DataLossError("not BER-TLV");
  std::map<uint16_t, Bytes> objects;
  for (const card::Tlv& tlv : *tlvs) {
    if (tlv.tag > 0xFFFF) return absl::DataLossError("a long tag");
    objects[static_cast<uint16_t>(tlv.tag)].assign(tlv.value.begin(),
                                                   tlv.value.end());
  }
  Restore(std::move(objects));
  return absl::OkStatus();
}

Bytes StoredObjects::Production(Bytes factory) const {
  for (const ProductionPart part : kProductionParts) {
    const auto found = objects_.find(part.tag);
    if (found == objects_.end() ||
        factory.size() < part.at + kProductionPartSize ||
        found->second.size() != kProductionPartSize) {
      continue;
    }
    std::copy(found->second.begin(), found->second.end(),
              factory.begin() + part.at);
  }
  return factory;
}

std::optional<Bytes> StoredObjects::Find(uint16_t tag) const {
  if (IsProductionPart(tag)) return std::nullopt;
  const auto found = objects_.find(tag);
  if (found == objects_.end()) return std::nullopt;
  return card::EncodeTlv(tag, found->second);
}

}  // namespace cardferry::cardsim
