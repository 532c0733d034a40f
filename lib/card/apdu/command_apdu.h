#ifndef CARDFERRY_LIB_CARD_APDU_COMMAND_APDU_H_
#define CARDFERRY_LIB_CARD_APDU_COMMAND_APDU_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::card {

// CLA INS P1 P2 (ISO/IEC 7816-4, 5.4).
struct CommandHeader {
  uint8_t cla = 0;
  uint8_t ins = 0;
  uint8_t p1 = 0;
  uint8_t p2 = 0;

  bool operator==(const CommandHeader& other) const {
    return cla == other.cla && ins == other.ins && p1 == other.p1 &&
           p2 == other.p2;
  }
};

// A command APDU (ISO/IEC 7816-4, 5.2):
//   CLA INS P1 P2 | [Lc, data] | [Le]
// Always one that can be encoded: short length where it fits, else extended.
class CommandApdu {
 public:
  static constexpr size_t kMaxShortData = 255;
  static constexpr size_t kMaxExtendedData = 65535;
  static constexpr uint32_t kMaxShortLe = 256;
  static constexpr uint32_t kMaxExtendedLe = 65536;

  // `le`: the largest number of answer bytes wanted, 1 to 65536; 256 is Le 00.
  // INVALID_ARGUMENT when `data` or `le` is out of range.
  static absl::StatusOr<CommandApdu> Create(
      CommandHeader header, ByteSpan data,
      std::optional<uint32_t> le = std::nullopt);

  // Reads all seven cases, short and extended. INVALID_ARGUMENT when bytes are
  // missing or left over. A command in extended form without need is read, and
  // encodes in short form again.
  static absl::StatusOr<CommandApdu> Parse(ByteSpan encoded);

  const CommandHeader& header() const { return header_; }
  const Bytes& data() const { return data_; }
  std::optional<uint32_t> le() const { return le_; }
  // True when Lc or Le does not fit one byte.
  bool IsExtended() const;
  // True when Parse has read it in extended form, with need or without. What a
  // C-MAC covers is in the form that was sent; for all else the form is no part
  // of a command.
  bool came_extended() const { return came_extended_; }

  Bytes Encode() const;

  // Overwrites the data with zeros, for who has put a secret there.
  void WipeData();

  bool operator==(const CommandApdu& other) const {
    return header_ == other.header_ && data_ == other.data_ && le_ == other.le_;
  }

 private:
  CommandApdu(CommandHeader header, Bytes data, std::optional<uint32_t> le)
      : header_(header), data_(std::move(data)), le_(le) {}

  CommandHeader header_;
  Bytes data_;
  std::optional<uint32_t> le_;
  bool came_extended_ = false;
};

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_APDU_COMMAND_APDU_H_
