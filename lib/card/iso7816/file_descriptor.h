#ifndef CARDFERRY_LIB_CARD_ISO7816_FILE_DESCRIPTOR_H_
#define CARDFERRY_LIB_CARD_ISO7816_FILE_DESCRIPTOR_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"

namespace cardferry::card {

// How a file holds its bytes (ISO/IEC 7816-4, 7.2).
enum class FileKind : uint8_t {
  kDf,
  kTransparent,
  kLinearFixed,
  kLinearVariable,
  kCyclic,
  kOther,  // data object files and proprietary ones
};
absl::string_view FileKindName(FileKind kind);  // "linear fixed"
bool HasRecords(FileKind kind);

// Tag 82 (7.4.5):
//   file descriptor byte | [data coding byte | [largest record (1, 2) |
//   [number of records (1, 2)]]]
struct FileDescriptor {
  FileKind kind = FileKind::kTransparent;
  bool internal = false;         // for the card's own use, not to be read
  bool shareable = false;        // on several logical channels at once
  uint16_t max_record_size = 0;  // 0: not said
  uint16_t record_count = 0;     // 0: not said

  bool operator==(const FileDescriptor& o) const {
    return kind == o.kind && internal == o.internal &&
           shareable == o.shareable && max_record_size == o.max_record_size &&
           record_count == o.record_count;
  }
};

// The value of tag 82. INVALID_ARGUMENT for another number of bytes than above,
// and for a descriptor byte with bit 80.
absl::StatusOr<FileDescriptor> ParseFileDescriptor(ByteSpan value);

// With the data coding byte 21 (7.4.7: units of a byte) where records follow.
// INVALID_ARGUMENT for kOther, for records of a file that has none, and for a
// number of records without their size.
absl::StatusOr<Bytes> EncodeFileDescriptor(const FileDescriptor& descriptor);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_ISO7816_FILE_DESCRIPTOR_H_
