// A row of commands at a T=0 card: length (1) | bytes. Answers are never
// shorter than a status word, and 61xx and 6Cxx come without data but for more
// of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "cardsim/testing/test_card.h"
#include "cardsim/vpcd/simulated_card_port.h"
#include "cardsim/vpcd/t0_card_port.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using cardferry::Bytes;
  using cardferry::ByteSpan;
  cardferry::cardsim::TestCard card;
  cardferry::cardsim::SimulatedCardPort contacts(card.card(), {0x3B, 0x00});
  cardferry::cardsim::T0CardPort port(contacts);
  ByteSpan rest(data, size);
  while (!rest.empty()) {
    const ByteSpan command = rest.subspan(1, rest[0]);
    const absl::StatusOr<Bytes> answer = port.Transmit(command);
    if (!answer.ok() || answer->size() < 2 || answer->size() > 258) {
      std::abort();
    }
    if ((*answer)[0] == 0x6C && answer->size() == 2 && command.size() != 5) {
      std::abort();
    }
    rest.remove_prefix(1 + command.size());
  }
  return 0;
}
