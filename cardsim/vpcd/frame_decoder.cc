#include "cardsim/vpcd/frame_decoder.h"

#include <cstddef>
#include <cstdint>

namespace cardferry::cardsim {
namespace {

constexpr size_t kLengthSize = 2;
constexpr size_t kMaxPayload = 0xFFFF;

}  // namespace

std::optional<Bytes> FrameDecoder::Next() {
  if (buffer_.size() < kLengthSize) return std::nullopt;
  const size_t length = static_cast<size_t>(buffer_[0] << 8 | buffer_[1]);
  if (buffer_.size() < kLengthSize + length) return std::nullopt;
  const auto begin = buffer_.begin() + kLengthSize;
  const auto end = begin + static_cast<std::ptrdiff_t>(length);
  Bytes payload(begin, end);
  buffer_.erase(buffer_.begin(), end);
  return payload;
}

Bytes EncodeFrame(ByteSpan payload) {
  payload = payload.subspan(0, kMaxPayload);
  Bytes frame = {static_cast<uint8_t>(payload.size() >> 8),
                 static_cast<uint8_t>(payload.size())};
  Append(frame, payload);
  return frame;
}

}  // namespace cardferry::cardsim
