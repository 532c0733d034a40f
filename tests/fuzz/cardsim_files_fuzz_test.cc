// Any bytes as commands to a file-oriented card that anybody may write to, each
// with its length in front: it answers all of them, and what it then keeps is
// a card again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "cardsim/files/file_card.h"
#include "cardsim/files/testing/file_host.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cardferry;
  cardsim::FileTestCard card;
  ByteSpan rest(data, size);
  while (!rest.empty()) {
    const size_t length = rest[0];
    rest.remove_prefix(1);
    if (card.card().Transmit(rest.subspan(0, length)).size() < 2) abort();
    rest.remove_prefix(length < rest.size() ? length : rest.size());
  }
  const cardsim::CardState state = card.card().ToState();
  CountingRandom random;
  const auto again = cardsim::FileCard::Restore(state, {}, random);
  if (!again.ok() || !(*again)->ToState().Equals(state)) abort();
  return 0;
}
