#ifndef CARDFERRY_SERVICES_SEQUENCER_IDENTITY_PROOF_H_
#define CARDFERRY_SERVICES_SEQUENCER_IDENTITY_PROOF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "lib/card/apdu/response_apdu.h"
#include "services/sequencer/assurance.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/card_record.h"

// What an agent said of a card before its session (production data, issuer
// identification and card image number) is bound to the record, and the card
// has to say it once under its own MACs.
namespace cardferry::sequencer {

// The GET DATA tags of what is bound and was never proven, in the order in
// which a bundle reads it again.
std::vector<uint16_t> UnprovenIdentity(const CardRecord& record);

// Takes from the answers to a bundle what the card has proven to be its own:
// into the record, also where it was bound otherwise. Tells what somebody
// should look into then: an agent has said something else.
std::vector<std::string> ProveIdentity(
    const BundleState& state, absl::Span<const card::ResponseApdu> answers,
    absl::Span<const Assurance> assurances, CardRecord& record);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_IDENTITY_PROOF_H_
