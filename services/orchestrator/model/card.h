#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_CARD_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_CARD_H_

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

// A card whose cryptogram has been verified at least once.
struct Card {
  std::string id;  // "<key set>/<key diversification data, hex>"
  absl::Time first_seen;
  absl::Time last_seen;
  std::string profile;
  CardContent content;
  bool content_proven = false;
  bool stopped = false;  // somewhere: a cryptogram in its name did not verify
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_CARD_H_
