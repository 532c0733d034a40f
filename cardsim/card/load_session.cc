#include "cardsim/card/load_session.h"

#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kLoadFileDataBlock = 0xC4;
constexpr uint8_t kDapBlock = 0xE2;
constexpr size_t kMaxLengthBytes = 3;

}  // namespace

absl::Status LoadSession::AddBlock(size_t number, bool last, ByteSpan block) {
  if (number != next_number_) {
    return CardError(kWrongP1P2, "LOAD has another block's number");
  }
  if (block.empty()) return CardError(kWrongLength, "LOAD without data");
  ++next_number_;
  Append(bytes_, block);
  if (header_size_ == 0) RETURN_IF_ERROR(ReadHeader());
  const bool complete =
      header_size_ != 0 && bytes_.size() == header_size_ + value_size_;
  if (header_size_ != 0 && bytes_.size() > header_size_ + value_size_) {
    return CardError(kWrongData, "more bytes than the load file has");
  }
  if (last && !complete) {
    return CardError(kWrongData, "the last block comes too early");
  }
  return absl::OkStatus();
}

// C4 | length: one byte up to 7F, else 81, 82 or 83 and as many bytes
absl::Status LoadSession::ReadHeader() {
  if (bytes_[0] == kDapBlock) {
    return CardError(kReferencedDataNotFound, "no security domain for a DAP");
  }
  if (bytes_[0] != kLoadFileDataBlock) {
    return CardError(kWrongData, "a load file starts with C4");
  }
  if (bytes_.size() < 2) return absl::OkStatus();
  const size_t count = bytes_[1] < 0x80 ? 0 : bytes_[1] & 0x7Fu;
  if (count > kMaxLengthBytes || bytes_[1] == 0x80) {
    return CardError(kWrongData, "no such length");
  }
  if (bytes_.size() < 2 + count) return absl::OkStatus();
  size_t length = count == 0 ? bytes_[1] : 0;
  for (size_t i = 0; i < count; ++i) length = length << 8 | bytes_[2 + i];
  if (length > free_bytes_) {
    return CardError(kNoSpace, "no space for the load file");
  }
  header_size_ = 2 + count;
  value_size_ = length;
  return absl::OkStatus();
}

}  // namespace cardferry::cardsim
