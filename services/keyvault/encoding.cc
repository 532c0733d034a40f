#include "services/keyvault/encoding.h"

#include "absl/strings/str_cat.h"

namespace cardferry::keyvault {
namespace {

void AppendNumber(Bytes& out, uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<uint8_t>(value >> shift));
  }
}

}  // namespace

FieldWriter& FieldWriter::Byte(uint8_t value) {
  bytes_.push_back(value);
  return *this;
}

FieldWriter& FieldWriter::Uint32(uint32_t value) {
  AppendNumber(bytes_, value, 4);
  return *this;
}

FieldWriter& FieldWriter::Time(absl::Time value) {
  AppendNumber(bytes_, static_cast<uint64_t>(absl::ToUnixMicros(value)), 8);
  return *this;
}

FieldWriter& FieldWriter::Fixed(ByteSpan bytes) {
  Append(bytes_, bytes);
  return *this;
}

FieldWriter& FieldWriter::Counted(ByteSpan bytes) {
  Uint32(static_cast<uint32_t>(bytes.size()));
  return Fixed(bytes);
}

uint8_t FieldReader::Byte() { return static_cast<uint8_t>(Number(1)); }

uint32_t FieldReader::Uint32() { return static_cast<uint32_t>(Number(4)); }

absl::Time FieldReader::Time() {
  return absl::FromUnixMicros(static_cast<int64_t>(Number(8)));
}

Bytes FieldReader::Counted() {
  const ByteSpan bytes = Next(Uint32());
  return Bytes(bytes.begin(), bytes.end());
}

absl::Status FieldReader::Finish() const {
  if (cut_) return absl::InvalidArgumentError("a field is cut short");
  if (!rest_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(rest_.size(), " bytes are left over"));
  }
  return absl::OkStatus();
}

ByteSpan FieldReader::Next(size_t size) {
  if (cut_ || rest_.size() < size) {
    cut_ = true;
    return {};
  }
  const ByteSpan bytes = rest_.subspan(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

uint64_t FieldReader::Number(size_t size) {
  uint64_t value = 0;
  for (const uint8_t byte : Next(size)) value = value << 8 | byte;
  return value;
}

}  // namespace cardferry::keyvault
