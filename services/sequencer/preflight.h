#ifndef CARDFERRY_SERVICES_SEQUENCER_PREFLIGHT_H_
#define CARDFERRY_SERVICES_SEQUENCER_PREFLIGHT_H_

#include "absl/status/status.h"
#include "services/sequencer/card_claim.h"
#include "services/sequencer/card_profile.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/content_plan.h"

namespace cardferry::sequencer {

// Whether this card can take this plan, as far as its profile and its own words
// say: asked before it is touched, because what a card refuses half-way leaves
// it without what was deleted before. What it did not say is not checked.
//
// INVALID_ARGUMENT, with the reason, for a card that is locked or TERMINATED;
// for a security domain without the right to manage content; for a CAP file
// that needs a later Java Card release; for privileges that do not go together
// or that only security domains have. RESOURCE_EXHAUSTED, with the numbers, for
// packages and applets that need more memory than is free; nothing is known of
// that once something is deleted.
//
// `record`: what else is known of the card. Imports, AIDs, which applet is
// selected by default and what may be deleted are PlanContent's business, the
// length of commands BuildBundle's.
absl::Status CheckPlan(const ContentPlan& plan, const CardRecord& record,
                       const CardProfile& profile, const CardClaim& claim);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_PREFLIGHT_H_
