#ifndef CARDFERRY_TESTS_PROPERTY_OBSTACLE_H_
#define CARDFERRY_TESTS_PROPERTY_OBSTACLE_H_

#include <optional>
#include <string>

#include "services/sequencer/card_record.h"
#include "services/sequencer/desired_state.h"
#include "tests/property/holding.h"

namespace cardferry::sequencer {

struct Obstacle {
  std::string reason;
  // False when it depends on what the card has been asked.
  bool certain = true;
};

// Why no plan can lead from what a card holds to what it should hold; nullopt
// when one can. Written from what a desired state means, not from how it is
// planned. `origins`: what is known of where the packages came from.
std::optional<Obstacle> ObstacleTo(const DesiredState& desired,
                                   const Holding& holding,
                                   const Origins& origins);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_PROPERTY_OBSTACLE_H_
