#include "lib/card/iso7816/file_descriptor.h"

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace cardferry::card {
namespace {

// The file descriptor byte (ISO/IEC 7816-4, 7.4.5, table 12):
//   0 | shareable | 000 working EF, 001 internal EF, 111 DF | structure (3)
constexpr uint8_t kExtended = 0x80;
constexpr uint8_t kShareable = 0x40;
constexpr uint8_t kCategory = 0x38;
constexpr uint8_t kInternal = 0x08;
constexpr uint8_t kDf = 0x38;
constexpr uint8_t kStructure = 0x07;
constexpr uint8_t kUnitsOfAByte = 0x21;

// Structures that differ in simple-TLV records are one kind.
constexpr FileKind kKinds[] = {
    FileKind::kOther,          FileKind::kTransparent,
    FileKind::kLinearFixed,    FileKind::kLinearFixed,
    FileKind::kLinearVariable, FileKind::kLinearVariable,
    FileKind::kCyclic,         FileKind::kCyclic,
};

FileKind KindOf(uint8_t byte) {
  const uint8_t category = byte & kCategory;
  if (category == 0 || category == kInternal) return kKinds[byte & kStructure];
  return category == kDf && (byte & kStructure) == 0 ? FileKind::kDf
                                                     : FileKind::kOther;
}

uint16_t ReadUint16(ByteSpan value) {
  return static_cast<uint16_t>(value[0] << 8 | value[1]);
}

absl::StatusOr<uint8_t> DescriptorByte(FileKind kind) {
  switch (kind) {
    case FileKind::kDf:
      return kDf;
    case FileKind::kTransparent:
      return 0x01;
    case FileKind::kLinearFixed:
      return 0x02;
    case FileKind::kLinearVariable:
      return 0x04;
    case FileKind::kCyclic:
      return 0x06;
    case FileKind::kOther:
      break;
  }
  return absl::InvalidArgumentError("no file of an unknown kind can be made");
}

}  // namespace

absl::string_view FileKindName(FileKind kind) {
  switch (kind) {
    case FileKind::kDf:
      return "DF";
    case FileKind::kTransparent:
      return "transparent";
    case FileKind::kLinearFixed:
      return "linear fixed";
    case FileKind::kLinearVariable:
      return "linear variable";
    case FileKind::kCyclic:
      return "cyclic";
    case FileKind::kOther:
      break;
  }
  return "of an unknown kind";
}

bool HasRecords(FileKind kind) {
  return kind == FileKind::kLinearFixed || kind == FileKind::kLinearVariable ||
         kind == FileKind::kCyclic;
}

absl::StatusOr<FileDescriptor> ParseFileDescriptor(ByteSpan value) {
  if (value.empty() || value.size() > 6 || (value[0] & kExtended) != 0) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "file control parameter 82 of %d bytes is no file descriptor",
        value.size()));
  }
  FileDescriptor descriptor;
  descriptor.kind = KindOf(value[0]);
  descriptor.shareable = (value[0] & kShareable) != 0;
  descriptor.internal = (value[0] & kCategory) == kInternal;
  if (value.size() == 3) descriptor.max_record_size = value[2];
  if (value.size() > 3)
    descriptor.max_record_size = ReadUint16(value.subspan(2));
  if (value.size() == 5) descriptor.record_count = value[4];
  if (value.size() == 6) descriptor.record_count = ReadUint16(value.subspan(4));
  return descriptor;
}

absl::StatusOr<Bytes> EncodeFileDescriptor(const FileDescriptor& descriptor) {
  absl::StatusOr<uint8_t> byte = DescriptorByte(descriptor.kind);
  if (!byte.ok()) return byte.status();
  const bool records = descriptor.max_record_size != 0;
  if ((records && !HasRecords(descriptor.kind)) ||
      (!records && descriptor.record_count != 0)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%d records of %d bytes in a file that is %s", descriptor.record_count,
        descriptor.max_record_size, FileKindName(descriptor.kind)));
  }
  if (descriptor.internal && descriptor.kind != FileKind::kDf) {
    *byte = *byte | kInternal;
  }
  if (descriptor.shareable) *byte = *byte | kShareable;
  Bytes out = {*byte};
  if (!records) return out;
  out.push_back(kUnitsOfAByte);
  for (const uint16_t number :
       {descriptor.max_record_size, descriptor.record_count}) {
    out.push_back(static_cast<uint8_t>(number >> 8));
    out.push_back(static_cast<uint8_t>(number));
  }
  if (descriptor.record_count == 0) out.resize(4);
  return out;
}

}  // namespace cardferry::card
