#ifndef CARDFERRY_SERVICES_SEQUENCER_FACTS_H_
#define CARDFERRY_SERVICES_SEQUENCER_FACTS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/card/apdu/aid.h"
#include "services/sequencer/assurance.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/card_record.h"

namespace cardferry::sequencer {

// What of a bundle's answers the card itself has proven. A list is proven when
// each of its pages is; one that is empty is answered with an error, which has
// no MAC.
struct Proofs {
  bool load_files = true;
  bool applications = true;
  bool versions = true;         // it said those of the wanted packages
  std::set<card::Aid> deleted;  // DELETE was answered with success
  // Of applications that were given all of their data: whether each answer is
  // proven.
  std::map<card::Aid, bool> stored = {};
};

// What the card's lists have that they should not, or lack: "no package F0...".
std::optional<std::string> FirstDifference(const BundleState& state,
                                           const CardContent& content);

// Whether the card has another package under a wanted one's name and version,
// which only its modules tell. Not of what the bundle itself has loaded: that
// would be loaded for ever.
bool HoldsOtherPackage(const BundleState& state, const CardContent& content);

// Whether the card says each wanted package's version: not every card does.
bool SaysVersions(const BundleState& state, const CardContent& content);

// What is true of a card that lists all that a bundle was to bring about.
std::vector<Fact> FactsOf(const BundleState& state, const Proofs& proofs);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FACTS_H_
