// One PUT KEY in a session of the simulated card. Input:
//   flags (1) | P1 (1) | P2 (1) | data
// Flag 01: the card has triple DES keys and speaks SCP02. A refusal leaves the
// key sets as they are; after a success every key set opens a session.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "cardsim/card/card.h"
#include "cardsim/channel/key_ring.h"
#include "cardsim/testing/test_card.h"
#include "cardsim/testing/test_host.h"

namespace cardferry::cardsim {
namespace {

bool Same(const KeySet& a, const KeySet& b) {
  return a.type == b.type && a.version == b.version && a.enc.Equals(b.enc) &&
         a.mac.Equals(b.mac) && a.dek.Equals(b.dek);
}

bool Same(const std::vector<KeyRingEntry>& a,
          const std::vector<KeyRingEntry>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!Same(a[i].keys, b[i].keys)) return false;
  }
  return true;
}

bool Opens(Card& card, KeySet keys) {
  const uint8_t version = keys.version;
  TestHost host(std::move(keys));
  const card::ResponseApdu answer =
      card.Process(host.InitializeUpdate(version));
  return answer.sw == card::kSuccess && host.TakeAnswer(answer.data) &&
         card.Process(host.ExternalAuthenticate(0x03)).sw == card::kSuccess;
}

void Put(ByteSpan input) {
  TestCard card((input[0] & 0x01) != 0 ? TestDesKeys() : TestKeys(), {});
  if (card.Open(0x00) != "9000") std::abort();
  const auto command = card::CommandApdu::Create(
      {0x80, 0xD8, input[1], input[2]}, input.subspan(3), 256);
  if (!command.ok()) return;
  const KeyRing& ring = card.card().security_domain().keys();
  const std::vector<KeyRingEntry> before = ring.ToEntries();
  const card::ResponseApdu answer = card.card().Process(*command);
  std::vector<KeyRingEntry> after = ring.ToEntries();
  if (answer.sw != card::kSuccess) {
    if (!answer.data.empty() || !Same(before, after)) std::abort();
    return;
  }
  if (answer.data.size() != 4 && answer.data.size() != 10) std::abort();
  for (KeyRingEntry& entry : after) {
    if (!Opens(card.card(), std::move(entry.keys))) std::abort();
  }
}

}  // namespace
}  // namespace cardferry::cardsim

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size >= 3) cardferry::cardsim::Put(cardferry::ByteSpan(data, size));
  return 0;
}
