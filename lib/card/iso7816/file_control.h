#ifndef CARDFERRY_LIB_CARD_ISO7816_FILE_CONTROL_H_
#define CARDFERRY_LIB_CARD_ISO7816_FILE_CONTROL_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/card/iso7816/access_rules.h"
#include "lib/card/iso7816/file_descriptor.h"
#include "lib/card/iso7816/file_id.h"

namespace cardferry::card {

// The life cycle status byte (tag 8A; 7.4.10) in groups.
enum class FileLifeCycle : uint8_t {
  kUnknown,  // no word about it
  kCreation,
  kInitialisation,
  kActivated,
  kDeactivated,
  kTerminated,
  kProprietary,
};
FileLifeCycle FileLifeCycleOf(std::optional<uint8_t> status_byte);
absl::string_view FileLifeCycleName(FileLifeCycle life_cycle);

// File control parameters (7.4.3): what SELECT answers and CREATE FILE says of
// a file. What is absent was not said.
struct FileControl {
  std::optional<FileDescriptor> descriptor;  // 82
  std::optional<FileId> id;                  // 83
  std::optional<uint32_t> size;        // 80: bytes of content, no structure
  std::optional<uint32_t> total_size;  // 81: with structure
  Bytes df_name;                       // 84: 1 to 16 bytes
  // 88: 1 to 30; 0: it has none. Without the tag, it may be the low five bits
  // of the identifier.
  std::optional<uint8_t> short_id;
  std::optional<uint8_t> life_cycle;  // 8A
  std::optional<AccessRules> rules;   // 8C, else AB
  bool rules_expanded = false;        // they were in AB
  // Rules are there that AccessRules cannot say.
  bool has_further_rules = false;
  Bytes proprietary;           // 85
  Bytes security_proprietary;  // 86
  Bytes security_template;     // A1

  bool operator==(const FileControl& o) const;
};

inline constexpr uint8_t kMaxShortId = 30;

// 62 {...} or 6F {...}: FCP and FCI; inside 6F also 62 {...}. Tags that are not
// listed above are skipped. INVALID_ARGUMENT, naming the tag, when one of them
// has a length or value that it cannot have, or stands there twice.
absl::StatusOr<FileControl> ParseFileControl(ByteSpan answer);

// 62 {...}, in the order of tags 82 83 80 84 88 8A 8C (AB) 85 86 A1.
// INVALID_ARGUMENT for what ParseFileControl would refuse, for kOther, and for
// total_size, which CREATE FILE does not take.
absl::StatusOr<Bytes> EncodeFileControl(const FileControl& control);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_ISO7816_FILE_CONTROL_H_
