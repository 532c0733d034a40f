#include "cardsim/files/file.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint32_t kFcp = 0x62;
constexpr uint32_t kSize = 0x80;
constexpr uint32_t kDescriptor = 0x82;
constexpr uint32_t kId = 0x83;
constexpr uint32_t kName = 0x84;
constexpr uint32_t kShortId = 0x88;
constexpr uint32_t kLifeCycle = 0x8A;
constexpr uint32_t kCompact = 0x8C;
constexpr uint32_t kExpanded = 0xAB;
constexpr uint8_t kByteUnits = 0x21;
constexpr uint8_t kShareable = 0x40;
constexpr size_t kLargestFile = 0x200000;
constexpr size_t kHeaderBytes = 32;

absl::Status Wrong(uint32_t tag) {
  return CardError(kWrongData, absl::StrFormat("parameter %02X is wrong", tag));
}

size_t ReadNumber(ByteSpan value) {
  size_t number = 0;
  for (const uint8_t byte : value) number = number << 8 | byte;
  return number;
}

Bytes U16(size_t number) {
  return {static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
}

Bytes ToBytes(ByteSpan span) { return Bytes(span.begin(), span.end()); }

// Descriptor byte | data coding byte | largest record (2) | records (1 or 2)
absl::Status ReadDescriptor(ByteSpan value, File& file) {
  if (value.empty()) return Wrong(kDescriptor);
  const auto type = static_cast<FileType>(value[0] & ~kShareable);
  switch (type) {
    case FileType::kDf:
    case FileType::kTransparent:
      if (value.size() > 2) return Wrong(kDescriptor);
      break;
    case FileType::kLinearFixed:
    case FileType::kLinearVariable:
    case FileType::kCyclic:
      if (value.size() != 5 && value.size() != 6) return Wrong(kDescriptor);
      file.record_size = static_cast<uint16_t>(ReadNumber(value.subspan(2, 2)));
      file.record_count = static_cast<uint16_t>(ReadNumber(value.subspan(4)));
      if (file.record_size == 0 || file.record_count == 0 ||
          file.record_count > 254) {
        return Wrong(kDescriptor);
      }
      break;
    default:
      return Wrong(kDescriptor);
  }
  file.type = type;
  return absl::OkStatus();
}

absl::Status ReadSize(ByteSpan value, File& file) {
  const size_t size = ReadNumber(value);
  if (value.empty() || value.size() > 4 || size > kLargestFile) {
    return Wrong(kSize);
  }
  file.content.resize(size);
  return absl::OkStatus();
}

absl::Status ReadLifeCycle(ByteSpan value, File& file) {
  if (value.size() != 1 ||
      (value[0] != kLcsCreation && value[0] != kLcsInitialisation &&
       value[0] != kLcsActivated)) {
    return Wrong(kLifeCycle);
  }
  file.life_cycle = value[0];
  return absl::OkStatus();
}

absl::Status ReadParameter(const card::Tlv& tlv, File& file) {
  switch (tlv.tag) {
    case kDescriptor:
      return ReadDescriptor(tlv.value, file);
    case kSize:
      return ReadSize(tlv.value, file);
    case kLifeCycle:
      return ReadLifeCycle(tlv.value, file);
    case kId:
      if (tlv.value.size() != 2) return Wrong(kId);
      file.id = static_cast<uint16_t>(ReadNumber(tlv.value));
      return absl::OkStatus();
    case kName:
      if (tlv.value.empty() || tlv.value.size() > 16) return Wrong(kName);
      file.name = ToBytes(tlv.value);
      return absl::OkStatus();
    case kShortId:
      if (tlv.value.empty()) return absl::OkStatus();
      file.short_id = static_cast<uint8_t>(tlv.value[0] >> 3);
      if (tlv.value.size() != 1 || (tlv.value[0] & 7) != 0 ||
          file.short_id == 0 || file.short_id > 30) {
        return Wrong(kShortId);
      }
      return absl::OkStatus();
    case kCompact:
      file.compact_rules = ToBytes(tlv.value);
      return absl::OkStatus();
    case kExpanded:
      file.expanded_rules = ToBytes(tlv.value);
      return absl::OkStatus();
    default:
      return Wrong(tlv.tag);
  }
}

// Parameters that go together.
absl::Status CheckNewFile(const std::vector<card::Tlv>& tlvs,
                          const File& file) {
  for (const uint32_t tag : {kDescriptor, kId}) {
    if (!card::FindTag(tlvs, tag).has_value()) return Wrong(tag);
  }
  const bool sized = card::FindTag(tlvs, kSize).has_value();
  if (sized != (file.type == FileType::kTransparent)) return Wrong(kSize);
  if (!file.name.empty() && !file.is_df()) return Wrong(kName);
  if (file.short_id != 0 && file.is_df()) return Wrong(kShortId);
  // 3FFF is the current DF in a path, 0000 and FFFF are reserved (7.3.1).
  if (file.id == kMfId || file.id == 0x3FFF || file.id == 0x0000 ||
      file.id == 0xFFFF) {
    return Wrong(kId);
  }
  return absl::OkStatus();
}

}  // namespace

size_t File::Footprint() const {
  size_t bytes = kHeaderBytes + content.size() +
                 static_cast<size_t>(record_size) * record_count;
  for (const auto& child : children) bytes += child->Footprint();
  return bytes;
}

File* File::Child(uint16_t child_id) const {
  for (const auto& child : children) {
    if (child->id == child_id) return child.get();
  }
  return nullptr;
}

File* File::ChildWithShortId(uint8_t short_file_id) const {
  for (const auto& child : children) {
    if (!child->is_df() && child->short_id == short_file_id) return child.get();
  }
  return nullptr;
}

File& File::Adopt(std::unique_ptr<File> child) {
  child->parent = this;
  children.push_back(std::move(child));
  return *children.back();
}

Bytes FileControlOf(const File& file, uint32_t tag) {
  Bytes descriptor = {static_cast<uint8_t>(file.type)};
  if (file.has_records()) {
    descriptor.push_back(kByteUnits);
    Append(descriptor, U16(file.record_size));
    Append(descriptor, U16(file.record_count));
  }
  Bytes out = card::EncodeTlv(kDescriptor, descriptor);
  card::AppendTlv(out, kId, U16(file.id));
  if (file.type == FileType::kTransparent) {
    const size_t size = file.content.size();
    Bytes number = U16(size);
    if (size > 0xFFFF)
      number.insert(number.begin(), static_cast<uint8_t>(size >> 16));
    card::AppendTlv(out, kSize, number);
  }
  if (!file.name.empty()) card::AppendTlv(out, kName, file.name);
  if (file.short_id != 0) {
    card::AppendTlv(out, kShortId, {static_cast<uint8_t>(file.short_id << 3)});
  }
  card::AppendTlv(out, kLifeCycle, {file.life_cycle});
  if (!file.compact_rules.empty()) {
    card::AppendTlv(out, kCompact, file.compact_rules);
  }
  if (!file.expanded_rules.empty()) {
    card::AppendTlv(out, kExpanded, file.expanded_rules);
  }
  return card::EncodeTlv(tag, out);
}

absl::StatusOr<std::unique_ptr<File>> ParseNewFile(ByteSpan data) {
  const auto outer = card::ParseSingleTlv(data);
  if (!outer.ok() || outer->tag != kFcp) return Wrong(kFcp);
  const auto tlvs = card::ParseTlvs(outer->value);
  if (!tlvs.ok()) return Wrong(kFcp);
  auto file = std::make_unique<File>();
  for (size_t i = 0; i < tlvs->size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if ((*tlvs)[j].tag == (*tlvs)[i].tag) return Wrong((*tlvs)[i].tag);
    }
    RETURN_IF_ERROR(ReadParameter((*tlvs)[i], *file));
  }
  RETURN_IF_ERROR(CheckNewFile(*tlvs, *file));
  return file;
}

}  // namespace cardferry::cardsim
