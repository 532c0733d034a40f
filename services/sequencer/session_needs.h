#ifndef CARDFERRY_SERVICES_SEQUENCER_SESSION_NEEDS_H_
#define CARDFERRY_SERVICES_SEQUENCER_SESSION_NEEDS_H_

#include <cstdint>

#include "services/sequencer/card_profile.h"
#include "services/sequencer/content_plan.h"
#include "services/sequencer/keyvault.h"

// What a plan asks of the session that brings it to the card.
namespace cardferry::sequencer {

// The least security level: the profile's, and encryption where commands carry
// what may be personal data.
uint8_t FloorFor(const ContentPlan& plan, const CardProfile& profile);

// The least that its commands may do.
Keyvault::OperationClass ClassOf(const ContentPlan& plan);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_SESSION_NEEDS_H_
