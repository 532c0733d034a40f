#include "cardsim/vpcd/t0_card_port.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr size_t kHeaderSize = 4;
constexpr size_t kStatusWordSize = 2;
constexpr size_t kMostAtOnce = 256;
constexpr uint8_t kInsGetResponse = 0xC0;
constexpr uint8_t kMoreSw1 = 0x61;
constexpr uint8_t kWrongLeSw1 = 0x6C;

Bytes WrongLength() { return {0x67, 0x00}; }
Bytes NothingWaits() { return {0x69, 0x85}; }

// `size` as the second byte of 61xx and 6Cxx.
uint8_t ShortSize(size_t size) {
  return size >= kMostAtOnce ? uint8_t{0} : static_cast<uint8_t>(size);
}

}  // namespace

void T0CardPort::Forget() {
  asked_.clear();
  waiting_.clear();
  sw_.clear();
}

void T0CardPort::Reset() {
  Forget();
  inner_.Reset();
}

absl::StatusOr<Bytes> T0CardPort::Transmit(ByteSpan command) {
  if (command.size() < kHeaderSize) {
    Forget();
    return WrongLength();
  }
  if (command.size() == kHeaderSize + 1) return Ask(command);
  const bool whole = command.size() == kHeaderSize ||
                     command.size() == kHeaderSize + 1 + command[kHeaderSize];
  Forget();
  return whole ? Give(command) : WrongLength();
}

absl::StatusOr<Bytes> T0CardPort::Ask(ByteSpan header_and_le) {
  const ByteSpan header = header_and_le.first(kHeaderSize);
  const uint8_t le_byte = header_and_le[kHeaderSize];
  const size_t le = le_byte == 0 ? kMostAtOnce : le_byte;
  if (header[1] == kInsGetResponse) return GetResponse(le);
  if (header != ByteSpan(asked_)) {
    Forget();
    ASSIGN_OR_RETURN(Bytes answer,
                     inner_.Transmit(Concat({header, Bytes{0x00}})));
    const auto end = answer.end() - kStatusWordSize;
    waiting_.assign(answer.begin(), end);
    sw_.assign(end, answer.end());
  }
  // Without data in the answer Le says nothing: 00 stands for "no data" too.
  if (!waiting_.empty() && le != waiting_.size()) {
    asked_.assign(header.begin(), header.end());
    return Bytes{kWrongLeSw1, ShortSize(waiting_.size())};
  }
  Bytes answer = Concat({waiting_, sw_});
  Forget();
  return answer;
}

absl::StatusOr<Bytes> T0CardPort::Give(ByteSpan header_and_data) {
  Bytes command(header_and_data.begin(), header_and_data.end());
  if (command.size() > kHeaderSize) command.push_back(0x00);
  ASSIGN_OR_RETURN(Bytes answer, inner_.Transmit(command));
  if (answer.size() == kStatusWordSize) return answer;
  const auto end = answer.end() - kStatusWordSize;
  waiting_.assign(answer.begin(), end);
  sw_.assign(end, answer.end());
  return Bytes{kMoreSw1, ShortSize(waiting_.size())};
}

Bytes T0CardPort::GetResponse(size_t le) {
  if (waiting_.empty() || !asked_.empty()) {
    Forget();
    return NothingWaits();
  }
  if (le > waiting_.size()) {
    return {kWrongLeSw1, ShortSize(waiting_.size())};
  }
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(le);
  Bytes part(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  if (waiting_.empty()) {
    Append(part, sw_);
    Forget();
    return part;
  }
  Append(part, {kMoreSw1, ShortSize(waiting_.size())});
  return part;
}

}  // namespace cardferry::cardsim
