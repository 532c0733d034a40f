#include "cardsim/card/load_session.h"

#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kLoadFileDataBlock = 0xC4;
constexpr uint8_t kDapBlock = 0xE2;
constexpr size_t kMaxLengthBytes = 3;
constexpr size_t kMaxDapBytes = 1024;

}  // namespace

bool LoadSession::is_dap() const { return bytes_[0] == kDapBlock; }

absl::Status LoadSession::AddBlock(size_t number, bool last, ByteSpan block) {
  if (number != next_number_) {
    return CardError(kWrongP1P2, "LOAD has another block's number");
  }
  if (block.empty()) return CardError(kWrongLength, "LOAD without data");
  ++next_number_;
  Append(bytes_, block);
  RETURN_IF_ERROR(ReadHeaders());
  const bool known = header_size_ != 0 && !is_dap();
  if (known && bytes_.size() > header_size_ + value_size_) {
    return CardError(kWrongData, "more bytes than the load file has");
  }
  const bool complete = known && bytes_.size() == header_size_ + value_size_;
  if (last && !complete) {
    return CardError(kWrongData, "the last block comes too early");
  }
  return absl::OkStatus();
}

absl::Status LoadSession::ReadHeaders() {
  while (!bytes_.empty()) {
    if (header_size_ == 0) RETURN_IF_ERROR(ReadHeader());
    const size_t size = header_size_ + value_size_;
    if (header_size_ == 0 || !is_dap() || bytes_.size() < size) break;
    ASSIGN_OR_RETURN(DapBlock dap, ParseDapBlock(ByteSpan(bytes_).subspan(
                                       header_size_, value_size_)));
    daps_.push_back(std::move(dap));
    bytes_.erase(bytes_.begin(),
                 bytes_.begin() + static_cast<std::ptrdiff_t>(size));
    header_size_ = 0;
    value_size_ = 0;
  }
  return absl::OkStatus();
}

absl::Status LoadSession::CheckSize() const {
  if (is_dap() && value_size_ > kMaxDapBytes) {
    return CardError(kWrongData, "a DAP block is not so long");
  }
  if (!is_dap() && value_size_ > free_bytes_) {
    return CardError(kNoSpace, "no space for the load file");
  }
  return absl::OkStatus();
}

// E2 or C4 | length: one byte up to 7F, else 81, 82 or 83 and as many bytes
absl::Status LoadSession::ReadHeader() {
  if (!is_dap() && bytes_[0] != kLoadFileDataBlock) {
    return CardError(kWrongData, "a load file starts with E2 or C4");
  }
  if (bytes_.size() < 2) return absl::OkStatus();
  const size_t count = bytes_[1] < 0x80 ? 0 : bytes_[1] & 0x7Fu;
  if (count > kMaxLengthBytes || bytes_[1] == 0x80) {
    return CardError(kWrongData, "no such length");
  }
  if (bytes_.size() < 2 + count) return absl::OkStatus();
  size_t length = count == 0 ? bytes_[1] : 0;
  for (size_t i = 0; i < count; ++i) length = length << 8 | bytes_[2 + i];
  header_size_ = 2 + count;
  value_size_ = length;
  return CheckSize();
}

}  // namespace cardferry::cardsim
