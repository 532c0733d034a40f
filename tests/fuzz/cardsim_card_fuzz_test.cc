// A row of commands at the simulated card. Input: flags (1), then commands as
//   length (2, big-endian) | bytes
// Flag 01 opens a session without secure messaging first, so that commands get
// as far as the card's content; flag 02 gives it little memory.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "cardsim/card/card.h"
#include "cardsim/testing/test_card.h"

namespace cardferry::cardsim {
namespace {

void SendAll(Card& card, ByteSpan rest) {
  while (rest.size() >= 2) {
    const size_t length = static_cast<size_t>(rest[0] << 8 | rest[1]);
    rest.remove_prefix(2);
    const ByteSpan command = rest.subspan(0, length);
    if (card.Transmit(command).size() < 2) std::abort();
    rest.remove_prefix(command.size());
  }
}

}  // namespace
}  // namespace cardferry::cardsim

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using cardferry::ByteSpan;
  if (size == 0) return 0;
  cardferry::cardsim::CardOptions options;
  if ((data[0] & 0x02) != 0) options.eeprom_bytes = 700;
  cardferry::cardsim::TestCard card(options);
  if ((data[0] & 0x01) != 0 && card.Open(0x00) != "9000") std::abort();
  cardferry::cardsim::SendAll(card.card(), ByteSpan(data, size).subspan(1));
  card.card().Reset();
  return 0;
}
