#ifndef CARDFERRY_SERVICES_SEQUENCER_DELETION_PLAN_H_
#define CARDFERRY_SERVICES_SEQUENCER_DELETION_PLAN_H_

#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/card/apdu/aid.h"
#include "services/sequencer/card_profile.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/content_step.h"
#include "services/sequencer/unwanted.h"

namespace cardferry::sequencer {

// What goes, and the commands that do it: single applications, then each
// package after those that import it, its applications before it (or by the
// same command, if the profile says that cards do it).
struct DeletionPlan {
  std::vector<ContentStep> steps;
  std::set<card::Aid> packages;
  std::set<card::Aid> applications;
};

// INVALID_ARGUMENT, saying why, for what is never deleted (packages of the
// card's mask, security domains), and for a package that another one is known
// to import which is to stay.
absl::StatusOr<DeletionPlan> PlanDeletion(const Unwanted& unwanted,
                                          const CardContent& actual,
                                          const CardProfile& profile);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_DELETION_PLAN_H_
