#include "lib/card/iso7816/data_commands.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

constexpr uint8_t kReadBinary = 0xB0;
constexpr uint8_t kReadRecord = 0xB2;
constexpr uint8_t kUpdateBinary = 0xD6;
constexpr uint8_t kUpdateRecord = 0xDC;
constexpr uint8_t kAppendRecord = 0xE2;
constexpr uint8_t kOdd = 0x01;
constexpr uint8_t kNumberInP1 = 0x04;
constexpr uint32_t kTagOffset = 0x54;
constexpr uint32_t kTagData = 0x53;
constexpr size_t kOffsetObject = 2 + 3;
constexpr size_t kMaxOffset = 0xFFFFFF;
constexpr size_t kLeastLimit = 16;

absl::Status CheckRange(size_t offset, size_t size,
                        const TransferLimits& limits) {
  if (offset > kMaxOffset || size > kMaxOffset + 1 - offset) {
    return absl::InvalidArgumentError(
        absl::StrCat(size, " bytes from offset ", offset,
                     " on: the last offset is ", kMaxOffset));
  }
  if (std::min(limits.command, limits.answer) < kLeastLimit ||
      limits.command > CommandApdu::kMaxExtendedData ||
      limits.answer > CommandApdu::kMaxExtendedLe) {
    return absl::InvalidArgumentError(
        absl::StrCat("transfers of ", limits.command, " and ", limits.answer,
                     " bytes: no APDU has that"));
  }
  return absl::OkStatus();
}

// The most bytes that a data object of at most `whole` bytes can hold.
size_t FittingValue(size_t whole) {
  for (size_t header = 2;; ++header) {
    const size_t value = whole - header;
    if (EncodeTlv(kTagData, Bytes(value)).size() <= whole) return value;
  }
}

struct Chunk {
  size_t offset;
  size_t size;
};

// Cuts at kFirstLongOffset too, so that each chunk is all short or all long.
std::vector<Chunk> Cut(size_t offset, size_t size, size_t near, size_t far) {
  std::vector<Chunk> chunks;
  const size_t end = offset + size;
  while (offset < end) {
    const bool is_far = offset >= kFirstLongOffset;
    const size_t limit =
        is_far ? far : std::min(near, kFirstLongOffset - offset);
    chunks.push_back({offset, std::min(limit, end - offset)});
    offset += chunks.back().size;
  }
  return chunks;
}

CommandHeader NearHeader(uint8_t ins, size_t offset) {
  return {0x00, ins, static_cast<uint8_t>(offset >> 8),
          static_cast<uint8_t>(offset)};
}

Bytes OffsetObject(size_t offset) {
  return EncodeTlv(kTagOffset, {static_cast<uint8_t>(offset >> 16),
                                static_cast<uint8_t>(offset >> 8),
                                static_cast<uint8_t>(offset)});
}

absl::StatusOr<CommandApdu> UpdateChunk(const Chunk& chunk, ByteSpan data) {
  if (chunk.offset < kFirstLongOffset) {
    return CommandApdu::Create(NearHeader(kUpdateBinary, chunk.offset), data);
  }
  Bytes objects = OffsetObject(chunk.offset);
  AppendTlv(objects, kTagData, data);
  return CommandApdu::Create({0x00, kUpdateBinary | kOdd, 0, 0}, objects);
}

absl::StatusOr<CommandApdu> ReadChunk(const Chunk& chunk) {
  const auto size = static_cast<uint32_t>(chunk.size);
  if (chunk.offset < kFirstLongOffset) {
    return CommandApdu::Create(NearHeader(kReadBinary, chunk.offset), {}, size);
  }
  const size_t answer = EncodeTlv(kTagData, Bytes(chunk.size)).size();
  return CommandApdu::Create({0x00, kReadBinary | kOdd, 0, 0},
                             OffsetObject(chunk.offset),
                             static_cast<uint32_t>(answer));
}

std::vector<Chunk> CutForReading(size_t offset, size_t size,
                                 const TransferLimits& limits) {
  return Cut(offset, size, limits.answer, FittingValue(limits.answer));
}

absl::Status CheckRecord(uint8_t number, size_t size, size_t limit) {
  if (number == 0 || number > kMaxRecordNumber) {
    return absl::InvalidArgumentError(
        absl::StrCat("no record has the number ", number));
  }
  if (size <= limit) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "a record of ", size, " bytes; one command carries at most ", limit));
}

}  // namespace

TransferLimits SecureMessagingLimits(size_t block) {
  // In 255 bytes (an answer has 256): 97 01 Le or 99 02 SW, 8E 08 MAC, and the
  // rest for 87 81 length 01 cryptogram. The padding has at least one byte.
  constexpr size_t kMac = 10;
  constexpr size_t kAnswerStatus = 4;
  constexpr size_t kCryptogramHeader = 4;
  const size_t room =
      CommandApdu::kMaxShortData - kMac - kAnswerStatus - kCryptogramHeader;
  const size_t plain = room / block * block - 1;
  return {plain, plain};
}

absl::StatusOr<std::vector<CommandApdu>> UpdateBinary(
    size_t offset, ByteSpan data, const TransferLimits& limits) {
  RETURN_IF_ERROR(CheckRange(offset, data.size(), limits));
  const size_t far = FittingValue(limits.command - kOffsetObject);
  std::vector<CommandApdu> commands;
  for (const Chunk& chunk : Cut(offset, data.size(), limits.command, far)) {
    ASSIGN_OR_RETURN(
        CommandApdu command,
        UpdateChunk(chunk, data.subspan(chunk.offset - offset, chunk.size)));
    commands.push_back(std::move(command));
  }
  return commands;
}

absl::StatusOr<std::vector<CommandApdu>> ReadBinary(
    size_t offset, size_t size, const TransferLimits& limits) {
  RETURN_IF_ERROR(CheckRange(offset, size, limits));
  std::vector<CommandApdu> commands;
  for (const Chunk& chunk : CutForReading(offset, size, limits)) {
    ASSIGN_OR_RETURN(CommandApdu command, ReadChunk(chunk));
    commands.push_back(std::move(command));
  }
  return commands;
}

absl::StatusOr<Bytes> BinaryContent(const CommandApdu& command,
                                    ByteSpan answer) {
  if ((command.header().ins & kOdd) == 0) {
    return Bytes(answer.begin(), answer.end());
  }
  ASSIGN_OR_RETURN(const Tlv tlv, ParseSingleTlv(answer));
  if (tlv.tag == kTagData) return Bytes(tlv.value.begin(), tlv.value.end());
  return absl::InvalidArgumentError(
      "the answer of READ BINARY (B1) is no data object 53");
}

absl::StatusOr<std::vector<ReadBack>> ReadBackBinary(
    size_t offset, ByteSpan data, const TransferLimits& limits) {
  RETURN_IF_ERROR(CheckRange(offset, data.size(), limits));
  std::vector<ReadBack> reads;
  for (const Chunk& chunk : CutForReading(offset, data.size(), limits)) {
    ASSIGN_OR_RETURN(CommandApdu command, ReadChunk(chunk));
    const ByteSpan part = data.subspan(chunk.offset - offset, chunk.size);
    const bool odd = (command.header().ins & kOdd) != 0;
    reads.push_back(
        {std::move(command),
         odd ? EncodeTlv(kTagData, part) : Bytes(part.begin(), part.end())});
  }
  return reads;
}

absl::StatusOr<CommandApdu> ReadRecord(uint8_t number,
                                       const TransferLimits& limits) {
  RETURN_IF_ERROR(CheckRecord(number, 0, limits.answer));
  const auto le = static_cast<uint32_t>(limits.answer > CommandApdu::kMaxShortLe
                                            ? limits.answer
                                            : CommandApdu::kMaxShortLe);
  return CommandApdu::Create({0x00, kReadRecord, number, kNumberInP1}, {}, le);
}

absl::StatusOr<CommandApdu> UpdateRecord(uint8_t number, ByteSpan record,
                                         const TransferLimits& limits) {
  RETURN_IF_ERROR(CheckRecord(number, record.size(), limits.command));
  return CommandApdu::Create({0x00, kUpdateRecord, number, kNumberInP1},
                             record);
}

absl::StatusOr<CommandApdu> AppendRecord(ByteSpan record,
                                         const TransferLimits& limits) {
  RETURN_IF_ERROR(CheckRecord(1, record.size(), limits.command));
  return CommandApdu::Create({0x00, kAppendRecord, 0, 0}, record);
}

}  // namespace cardferry::card
