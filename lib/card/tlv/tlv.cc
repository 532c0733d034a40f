#include "lib/card/tlv/tlv.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::card {
namespace {

constexpr size_t kMaxObjects = 4096;
constexpr size_t kMaxTagBytes = 3;
constexpr size_t kMaxLengthBytes = 3;  // after the byte 81, 82 or 83

// Reads data objects from the front of some bytes.
class Reader {
 public:
  explicit Reader(ByteSpan bytes) : bytes_(bytes) {}

  bool AtEnd() const { return offset_ == bytes_.size(); }

  absl::StatusOr<Tlv> Next() {
    ASSIGN_OR_RETURN(const uint32_t tag, NextTag());
    ASSIGN_OR_RETURN(const ByteSpan value, NextValue());
    return Tlv{tag, value};
  }

  // One byte if the low five bits of the first are not all set, else up to and
  // including the first byte without bit 80.
  absl::StatusOr<uint32_t> NextTag() {
    start_ = offset_;
    ASSIGN_OR_RETURN(uint32_t tag, NextByte());
    if ((tag & 0x1F) != 0x1F) return tag;
    for (size_t count = 2; count <= kMaxTagBytes; ++count) {
      ASSIGN_OR_RETURN(const uint8_t byte, NextByte());
      tag = tag << 8 | byte;
      if ((byte & 0x80) == 0) return tag;
    }
    return Error("has a tag of more than 3 bytes");
  }

  // The length and the value, after the tag.
  absl::StatusOr<ByteSpan> NextValue() {
    ASSIGN_OR_RETURN(const size_t length, NextLength());
    if (length > bytes_.size() - offset_) return Error("is cut short");
    const ByteSpan value = bytes_.subspan(offset_, length);
    offset_ += length;
    return value;
  }

 private:
  // 00 to 7F, or 8n and n bytes; 80 is the indefinite form.
  absl::StatusOr<size_t> NextLength() {
    ASSIGN_OR_RETURN(const uint8_t first, NextByte());
    if (first < 0x80) return first;
    const size_t count = first & 0x7Fu;
    if (count == 0) return Error("has an indefinite length");
    if (count > kMaxLengthBytes) {
      return Error("has a length of more than 4 bytes");
    }
    size_t length = 0;
    for (size_t i = 0; i < count; ++i) {
      ASSIGN_OR_RETURN(const uint8_t byte, NextByte());
      length = length << 8 | byte;
    }
    return length;
  }

  absl::StatusOr<uint8_t> NextByte() {
    if (AtEnd()) return Error("is cut short");
    return bytes_[offset_++];
  }

  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat("data object at offset ", start_, " ", what));
  }

  ByteSpan bytes_;
  size_t offset_ = 0;
  size_t start_ = 0;  // of the object being read
};

void AppendLength(Bytes& out, size_t length) {
  if (length >= 0x80) {
    int count = 1;
    while (count < 8 && length >> (8 * count) != 0) ++count;
    out.push_back(static_cast<uint8_t>(0x80 | count));
    for (int i = count - 1; i > 0; --i) {
      out.push_back(static_cast<uint8_t>(length >> (8 * i)));
    }
  }
  out.push_back(static_cast<uint8_t>(length));
}

}  // namespace

absl::StatusOr<std::vector<Tlv>> ParseTlvs(ByteSpan bytes) {
  std::vector<Tlv> tlvs;
  Reader reader(bytes);
  while (!reader.AtEnd()) {
    if (tlvs.size() == kMaxObjects) {
      return absl::InvalidArgumentError("more than 4096 data objects");
    }
    ASSIGN_OR_RETURN(const Tlv tlv, reader.Next());
    tlvs.push_back(tlv);
  }
  return tlvs;
}

std::vector<uint32_t> TagsAsFarAsTheyGo(ByteSpan bytes) {
  std::vector<uint32_t> tags;
  Reader reader(bytes);
  while (!reader.AtEnd()) {
    const absl::StatusOr<uint32_t> tag = reader.NextTag();
    if (!tag.ok()) break;
    tags.push_back(*tag);
    if (!reader.NextValue().ok()) break;
  }
  return tags;
}

std::vector<Tlv> ParseTlvsInFront(ByteSpan bytes) {
  std::vector<Tlv> tlvs;
  Reader reader(bytes);
  while (!reader.AtEnd()) {
    const absl::StatusOr<Tlv> tlv = reader.Next();
    if (!tlv.ok()) break;
    tlvs.push_back(*tlv);
  }
  return tlvs;
}

absl::StatusOr<Tlv> ParseSingleTlv(ByteSpan bytes) {
  Reader reader(bytes);
  ASSIGN_OR_RETURN(const Tlv tlv, reader.Next());
  if (!reader.AtEnd()) {
    return absl::InvalidArgumentError("bytes follow the data object");
  }
  return tlv;
}

std::optional<ByteSpan> FindTag(absl::Span<const Tlv> tlvs, uint32_t tag) {
  for (const Tlv& tlv : tlvs) {
    if (tlv.tag == tag) return tlv.value;
  }
  return std::nullopt;
}

void AppendTlv(Bytes& out, uint32_t tag, ByteSpan value) {
  if (tag > 0xFFFF) out.push_back(static_cast<uint8_t>(tag >> 16));
  if (tag > 0xFF) out.push_back(static_cast<uint8_t>(tag >> 8));
  out.push_back(static_cast<uint8_t>(tag));
  AppendLengthValue(out, value);
}

void AppendLengthValue(Bytes& out, ByteSpan value) {
  AppendLength(out, value.size());
  Append(out, value);
}

Bytes EncodeTlv(uint32_t tag, ByteSpan value) {
  Bytes out;
  out.reserve(value.size() + 7);
  AppendTlv(out, tag, value);
  return out;
}

}  // namespace cardferry::card
