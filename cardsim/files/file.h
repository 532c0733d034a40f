#ifndef CARDFERRY_CARDSIM_FILES_FILE_H_
#define CARDFERRY_CARDSIM_FILES_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// The file descriptor byte (ISO/IEC 7816-4, 7.4.5) of the kinds that this card
// has.
enum class FileType : uint8_t {
  kTransparent = 0x01,
  kLinearFixed = 0x02,
  kLinearVariable = 0x04,
  kCyclic = 0x06,
  kDf = 0x38,
};

// Life cycle status bytes (7.4.10). In the first two a file's access rules do
// not count yet.
inline constexpr uint8_t kLcsCreation = 0x01;
inline constexpr uint8_t kLcsInitialisation = 0x03;
inline constexpr uint8_t kLcsDeactivated = 0x04;
inline constexpr uint8_t kLcsActivated = 0x05;
inline constexpr uint8_t kLcsTerminated = 0x0C;

inline constexpr uint16_t kMfId = 0x3F00;

// A file of the simulated card, and all below it.
struct File {
  FileType type = FileType::kDf;
  uint16_t id = kMfId;
  Bytes name;            // of a DF; empty: none
  uint8_t short_id = 0;  // of an EF; 0: none
  uint8_t life_cycle = kLcsActivated;
  uint16_t record_size = 0;  // the largest
  uint16_t record_count = 0;
  Bytes compact_rules;   // the value of 8C; empty: none
  Bytes expanded_rules;  // the value of AB; empty: none

  Bytes content;               // of a transparent EF, whole
  std::vector<Bytes> records;  // of a cyclic EF the last one first
  std::vector<std::unique_ptr<File>> children;
  File* parent = nullptr;  // nullptr: the MF

  bool is_df() const { return type == FileType::kDf; }
  bool has_records() const {
    return !is_df() && type != FileType::kTransparent;
  }
  bool rules_count() const {
    return life_cycle != kLcsCreation && life_cycle != kLcsInitialisation;
  }
  // Bytes of memory, with all below it.
  size_t Footprint() const;
  // nullptr when there is none.
  File* Child(uint16_t child_id) const;
  File* ChildWithShortId(uint8_t short_file_id) const;
  File& Adopt(std::unique_ptr<File> child);
};

// What SELECT answers: 62 (P2 04) or 6F (P2 00) {82 83 80 84 88 8A 8C AB}.
Bytes FileControlOf(const File& file, uint32_t tag);

// The file that the data of CREATE FILE ask for, 62 {82 83 [80] [84] [88] [8A]
// [8C] [AB]}, empty. 6A80 when a parameter is unknown, missing or wrong.
absl::StatusOr<std::unique_ptr<File>> ParseNewFile(ByteSpan data);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_FILE_H_
