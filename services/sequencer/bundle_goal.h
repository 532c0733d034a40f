#ifndef CARDFERRY_SERVICES_SEQUENCER_BUNDLE_GOAL_H_
#define CARDFERRY_SERVICES_SEQUENCER_BUNDLE_GOAL_H_

#include "services/sequencer/bundle_state.h"
#include "services/sequencer/content_plan.h"
#include "services/sequencer/desired_state.h"

namespace cardferry::sequencer {

// Notes in a bundle's state what the card should list when all went well, and
// what the bundle for this plan gives its applications. In its record, what
// these were given before and is wanted no more counts as gone.
void SetGoal(const DesiredState& desired, const ContentPlan& plan,
             BundleState& state);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_BUNDLE_GOAL_H_
