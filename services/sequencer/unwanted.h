#ifndef CARDFERRY_SERVICES_SEQUENCER_UNWANTED_H_
#define CARDFERRY_SERVICES_SEQUENCER_UNWANTED_H_

#include <map>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/card/apdu/aid.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/desired_state.h"

namespace cardferry::sequencer {

// What is to go from a card, and what is known about it beside what it lists.
struct Unwanted {
  std::set<card::Aid> packages;      // on the card
  std::set<card::Aid> applications;  // on the card
  // Which packages a package is known to import; of one that is replaced, and
  // of which nobody noted them, what the desired one imports.
  std::map<card::Aid, std::vector<card::Aid>> imports;
  // Of which of the packages nobody noted what they import.
  std::set<card::Aid> unnoted;
  // Which package an application comes from, when the card does not tell.
  std::map<card::Aid, card::Aid> presumed_packages;
};

// What of a card's content has to go: what is desired to be absent, and what is
// in the way of a desired package and may be replaced. INVALID_ARGUMENT, saying
// what is in the way, when it may not; and for a package that is taken for an
// application, or the other way round.
absl::StatusOr<Unwanted> FindUnwanted(const DesiredState& desired,
                                      const CardContent& actual,
                                      const Origins& origins);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_UNWANTED_H_
