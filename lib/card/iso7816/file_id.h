#ifndef CARDFERRY_LIB_CARD_ISO7816_FILE_ID_H_
#define CARDFERRY_LIB_CARD_ISO7816_FILE_ID_H_

#include <cstdint>

#include "lib/base/bytes.h"

namespace cardferry::card {

// A file identifier, 2 bytes (ISO/IEC 7816-4, 7.3.1), unique among the children
// of one DF.
enum class FileId : uint16_t {};

inline constexpr FileId kMasterFile{0x3F00};

// High byte first, as commands and file control parameters have it.
inline Bytes ToBytes(FileId id) {
  const auto value = static_cast<uint16_t>(id);
  return {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
}

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_ISO7816_FILE_ID_H_
