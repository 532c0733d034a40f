#ifndef CARDFERRY_CARDSIM_CARD_CARD_MEMORY_H_
#define CARDFERRY_CARDSIM_CARD_CARD_MEMORY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "cardsim/card/card_data.h"
#include "cardsim/card/content_security.h"
#include "cardsim/card/registry.h"
#include "cardsim/channel/key_ring.h"
#include "cardsim/state/card_state.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// The keys of a security domain beside the issuer's.
struct DomainKeys {
  card::Aid domain;
  std::vector<KeyRingEntry> key_sets;
};

// What a card keeps without power, beside its registry.
struct CardMemory {
  // The parameters of its protocols, which a card does not change.
  std::optional<uint8_t> scp01_i;  // in the place of SCP02
  uint8_t scp02_i = 0;
  uint8_t scp03_i = 0;
  std::vector<KeyRingEntry> key_sets;  // the first is the default
  std::vector<DomainKeys> further_key_sets;
  CardNumbers numbers;
  std::map<uint16_t, Bytes> objects;  // of STORE DATA, tag to value
  Bytes registry;                     // as EncodeRegistry
  std::shared_ptr<const ContentKeys> content_keys = nullptr;
};

// As bytes. Content, BER-TLV: E0 the parameters of SCP02, of
// SCP03 and, where it has it, of SCP01 | E3 { 42 | 45 | 9F7F
// numbers } | E4 { objects of STORE DATA } | E5 registry, and where there are
// keys for signed content E6 { E1 { 4F AID | 53 PEM } for each DAP, 53 PEM for
// tokens }. Keys, for each set:
//   type (1) | version (1) | key diversification data (10) |
//   sequence counter (4) | failures (4) | length of a key (1) |
//   Key-ENC | Key-MAC | Key-DEK
// Those of another security domain follow on
//   4F (1) | length of its AID (1) | AID.
// Secret keys for content are, for receipts, tokens and DAPs,
//   71, 72 or 73 (1) | type (1) | length (1) | key
// and after one for DAPs
//   length of its domain's AID (1) | AID
CardState EncodeCardMemory(const CardMemory& memory);

// The way back. DATA_LOSS for bytes that EncodeCardMemory cannot give; key sets
// and registry are for their own restorers to judge.
absl::StatusOr<CardMemory> ParseCardMemory(const CardState& state);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_CARD_MEMORY_H_
