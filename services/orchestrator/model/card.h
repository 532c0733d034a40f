#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_CARD_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_CARD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/bytes.h"

namespace cardferry::orchestrator {

struct CardPackage {
  Bytes aid;
  std::string version;  // "1.0"
  std::vector<Bytes> module_aids;
};

struct CardApplication {
  Bytes aid;
  std::string life_cycle;  // SELECTABLE, ...
  Bytes privileges;
  Bytes package_aid;  // empty: the card did not say
};

// What is on a card, for people and lists. What plans are made from is the
// record, which only the sequencer understands.
struct CardContent {
  std::vector<CardPackage> packages;
  std::vector<CardApplication> applications;
};

// What a card has confirmed with a receipt, by the sequencer's words; kept for
// good. Only the sequencer reads the bytes.
struct CardReceipt {
  std::string text;  // "package F0... was loaded"
  uint32_t counter = 0;
  Bytes receipt;
  Bytes confirmation_data;
  bool verified = false;
  std::string job_id = {};  // empty until it is kept
  absl::Time at = absl::InfinitePast();
};

// A card whose cryptogram has been verified, or one in whose name a wrong one
// was shown: then it is stopped.
struct Card {
  std::string id;  // "<key set>/<key diversification data, hex>"
  absl::Time first_seen;
  absl::Time last_seen;
  std::string profile;
  CardContent content;
  bool content_proven = false;
  bool stopped = false;  // somewhere: a cryptogram in its name did not verify
};

// Which cards are listed; what is empty lets all pass.
struct CardFilter {
  std::string profile;
  bool stopped = false;  // true: only those
  Bytes package_aid;
};

// A type of cards, as the sequencer knows it.
struct CardProfile {
  std::string name;
  std::string key_set;
  uint32_t scp = 0;
  std::vector<uint32_t> channel_options;  // `i`; empty: any
  uint32_t level_floor = 0;
  Bytes isd_aid;
  std::string text;  // the whole profile
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_CARD_H_
