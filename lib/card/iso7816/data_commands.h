#ifndef CARDFERRY_LIB_CARD_ISO7816_DATA_COMMANDS_H_
#define CARDFERRY_LIB_CARD_ISO7816_DATA_COMMANDS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"

// Commands for the content of the current EF (ISO/IEC 7816-4, 11.3 and 11.4),
// plain: secure messaging protects them later.
namespace cardferry::card {

// The most data bytes of a command, and of an answer.
struct TransferLimits {
  size_t command = CommandApdu::kMaxShortData;
  size_t answer = CommandApdu::kMaxShortLe;
};

// The limits of short APDUs under secure messaging with encryption (DOs 87, 97,
// 8E and 99) in blocks of 8 (triple DES) or 16 bytes (AES): 231 or 223.
TransferLimits SecureMessagingLimits(size_t block);

// A command, and the data with which the card must answer it.
struct ReadBack {
  CommandApdu command;
  Bytes expected;
};

// The first byte of a transparent EF that P1 P2 cannot name. From there on it
// is written in a data object, and the instruction is the next odd one:
//   54 offset | 53 data    (11.3.2)
inline constexpr size_t kFirstLongOffset = 0x8000;

// UPDATE BINARY of `data` from `offset` on, in commands of at most
// `limits.command` bytes. INVALID_ARGUMENT for limits of less than 16 or more
// than an APDU has, and past the offset FFFFFF. No data, no command.
absl::StatusOr<std::vector<CommandApdu>> UpdateBinary(
    size_t offset, ByteSpan data, const TransferLimits& limits);

// READ BINARY of `size` bytes from `offset` on. Errors as UpdateBinary.
absl::StatusOr<std::vector<CommandApdu>> ReadBinary(
    size_t offset, size_t size, const TransferLimits& limits);

// The content in the answer to a command of ReadBinary: after an odd
// instruction it is the value of a data object 53. INVALID_ARGUMENT when it is
// not.
absl::StatusOr<Bytes> BinaryContent(const CommandApdu& command,
                                    ByteSpan answer);

// ReadBinary, with what the answers are when the file holds `data` there.
absl::StatusOr<std::vector<ReadBack>> ReadBackBinary(
    size_t offset, ByteSpan data, const TransferLimits& limits);

// Records are numbered from 1 to 254. In a cyclic EF 1 is the one written last.
inline constexpr uint8_t kMaxRecordNumber = 254;

// READ, UPDATE and APPEND RECORD, one whole record each. INVALID_ARGUMENT for a
// number that no record has; RESOURCE_EXHAUSTED for a record longer than the
// limit: a record goes in one command.
absl::StatusOr<CommandApdu> ReadRecord(uint8_t number,
                                       const TransferLimits& limits);
absl::StatusOr<CommandApdu> UpdateRecord(uint8_t number, ByteSpan record,
                                         const TransferLimits& limits);
absl::StatusOr<CommandApdu> AppendRecord(ByteSpan record,
                                         const TransferLimits& limits);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_ISO7816_DATA_COMMANDS_H_
