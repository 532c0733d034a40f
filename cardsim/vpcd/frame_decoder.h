#ifndef CARDFERRY_CARDSIM_VPCD_FRAME_DECODER_H_
#define CARDFERRY_CARDSIM_VPCD_FRAME_DECODER_H_

#include <optional>

#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// The wire of vpcd, the virtual reader of the vsmartcard project, both ways:
//   length (2, big-endian) | that many bytes
// Takes the stream in pieces of any size and gives whole frames back. No input
// is wrong, and no frame is longer than 65535 bytes.
class FrameDecoder {
 public:
  void Feed(ByteSpan bytes) { Append(buffer_, bytes); }

  // The next frame without its length; nullopt until it is whole.
  std::optional<Bytes> Next();

 private:
  Bytes buffer_;
};

// `payload` with its length. At most 65535 bytes go in; the rest is cut off.
Bytes EncodeFrame(ByteSpan payload);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_VPCD_FRAME_DECODER_H_
