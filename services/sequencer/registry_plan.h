#ifndef CARDFERRY_SERVICES_SEQUENCER_REGISTRY_PLAN_H_
#define CARDFERRY_SERVICES_SEQUENCER_REGISTRY_PLAN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "services/sequencer/card_profile.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/content_step.h"
#include "services/sequencer/desired_state.h"

namespace cardferry::sequencer {

// What is to be done to the entries of a card's registry, beside loading,
// installing and deleting.
struct RegistryPlan {
  // Before anything is loaded: privileges that are changed or taken away,
  // security domains.
  std::vector<ContentStep> before;
  // When all is installed: extraditions, privileges that only one may have,
  // life-cycle states.
  std::vector<ContentStep> after;
};

// `left`: what the card holds when all that is to go has gone, and `stored`
// what its applications were given already. INVALID_ARGUMENT, saying why, for
// an application that should be there and is not, a security domain that is
// none, what cannot be told from the card's lists, a privilege that another
// application has, what would make a security domain of what is none, and
// personal data for an application that is not to be opened.
absl::StatusOr<RegistryPlan> PlanRegistry(const DesiredState& desired,
                                          const CardContent& left,
                                          const StoredData& stored,
                                          const CardProfile& profile);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_REGISTRY_PLAN_H_
