#include "lib/card/gp/store_data.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"

namespace cardferry::card {
namespace {

constexpr uint8_t kCla = 0x80;
constexpr uint8_t kStoreData = 0xE2;
constexpr uint8_t kLastBlock = 0x80;
constexpr size_t kMaxBlocks = 256;

// Objects side by side, as many as a block holds; one that is larger than a
// block begins a block of its own.
std::vector<Bytes> ToBlocks(absl::Span<const Bytes> objects, size_t most) {
  std::vector<Bytes> blocks;
  size_t room = 0;  // in the last block
  for (const Bytes& object : objects) {
    if (object.size() <= room) {
      Append(blocks.back(), object);
      room -= object.size();
      continue;
    }
    for (size_t at = 0; at < object.size(); at += most) {
      const size_t size = std::min(most, object.size() - at);
      const ByteSpan piece = ByteSpan(object).subspan(at, size);
      blocks.emplace_back(piece.begin(), piece.end());
      room = most - size;
    }
  }
  return blocks;
}

}  // namespace

absl::StatusOr<Bytes> EncodeDgi(uint16_t identifier, ByteSpan data) {
  constexpr size_t kLongLength = 0xFF;
  constexpr size_t kMaxLength = 0xFFFF;
  if (data.size() > kMaxLength) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "data grouping %04X has %d bytes, at most %d are allowed", identifier,
        data.size(), kMaxLength));
  }
  Bytes dgi = {static_cast<uint8_t>(identifier >> 8),
               static_cast<uint8_t>(identifier)};
  if (data.size() < kLongLength) {
    dgi.push_back(static_cast<uint8_t>(data.size()));
  } else {
    dgi.push_back(static_cast<uint8_t>(kLongLength));
    dgi.push_back(static_cast<uint8_t>(data.size() >> 8));
    dgi.push_back(static_cast<uint8_t>(data.size()));
  }
  Append(dgi, data);
  return dgi;
}

absl::StatusOr<std::vector<CommandApdu>> StoreDataCommands(
    StoreDataFormat format, absl::Span<const Bytes> objects,
    Protection protection) {
  ASSIGN_OR_RETURN(const size_t most, MaxCommandData(protection));
  const std::vector<Bytes> blocks = ToBlocks(objects, most);
  if (blocks.empty()) {
    return absl::InvalidArgumentError("no data to store");
  }
  if (blocks.size() > kMaxBlocks) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the data take ", blocks.size(), " STORE DATA commands of ", most,
        " bytes, at most ", kMaxBlocks, " have a number"));
  }
  std::vector<CommandApdu> commands;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const uint8_t last = i + 1 == blocks.size() ? kLastBlock : 0x00;
    const uint8_t p1 =
        static_cast<uint8_t>(static_cast<uint8_t>(format) | last);
    ASSIGN_OR_RETURN(
        CommandApdu command,
        CommandApdu::Create({kCla, kStoreData, p1, static_cast<uint8_t>(i)},
                            blocks[i], std::nullopt));
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace cardferry::card
