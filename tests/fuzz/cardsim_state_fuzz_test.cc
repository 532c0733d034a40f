// A card's state file. Input: flag (1), then the file; with flag 01 its
// checksum is made right first, so that the rest is read too. What comes back
// as a card gives the same state again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "cardsim/card/card.h"
#include "cardsim/state/state_file_format.h"
#include "lib/base/testing/counting_random.h"
#include "lib/crypto/digest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using cardferry::Bytes;
  using cardferry::cardsim::Card;
  constexpr size_t kHashSize = 32;
  if (size < 1) return 0;
  Bytes file(data + 1, data + size);
  if ((data[0] & 0x01) != 0 && file.size() >= kHashSize) {
    file.resize(file.size() - kHashSize);
    cardferry::Append(file, cardferry::crypto::Sha256(file));
  }
  const auto state = cardferry::cardsim::ParseStateFile(file);
  if (!state.ok()) return 0;
  cardferry::CountingRandom random;
  const auto card = Card::Restore(*state, {}, random);
  if (!card.ok()) return 0;
  const auto again = Card::Restore((*card)->ToState(), {}, random);
  if (!again.ok() || !(*again)->ToState().Equals((*card)->ToState())) {
    std::abort();
  }
  return 0;
}
