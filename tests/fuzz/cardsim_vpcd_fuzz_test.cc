// A stream of vpcd, in pieces of the size that the first byte says, at a card
// that gives commands back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "cardsim/vpcd/card_port.h"
#include "cardsim/vpcd/frame_decoder.h"

namespace {

using cardferry::Bytes;
using cardferry::ByteSpan;
using cardferry::cardsim::EncodeFrame;
using cardferry::cardsim::FrameDecoder;

class EchoPort final : public cardferry::cardsim::CardPort {
 public:
  Bytes Atr() const override { return {0x3B, 0x00}; }
  void Reset() override {}
  absl::StatusOr<Bytes> Transmit(ByteSpan command) override {
    return Bytes(command.begin(), command.end());
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece = std::max<size_t>(1, data[0]);
  const ByteSpan stream = ByteSpan(data, size).subspan(1);
  EchoPort port;
  FrameDecoder decoder;
  for (size_t at = 0; at < stream.size(); at += piece) {
    decoder.Feed(stream.subspan(at, piece));
    while (const auto frame = decoder.Next()) {
      const auto status = cardferry::cardsim::AnswerFrame(*frame, port);
      if (!status.ok()) std::abort();
      const auto& answer = *status;
      FrameDecoder again;
      if (answer.has_value()) again.Feed(EncodeFrame(*answer));
      if (answer.has_value() && again.Next() != answer) std::abort();
    }
  }
  return 0;
}
