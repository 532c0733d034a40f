#ifndef CARDFERRY_SERVICES_SEQUENCER_STORED_DATA_H_
#define CARDFERRY_SERVICES_SEQUENCER_STORED_DATA_H_

#include <map>

#include "absl/types/span.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/response_apdu.h"
#include "services/sequencer/assurance.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/card_record.h"

namespace cardferry::sequencer {

// Notes in the record what a bundle's applications were given, as far as the
// card's answers say: a personalization counts when all of its commands were
// answered with success. An application that the bundle was to install has
// nothing that it was given before, however far the bundle came: a report that
// is cut short must not make a new instance look like the old one. What was
// there and may have been given something stands there without notes. Tells for
// each application that was given all of its data whether the card has proven
// that; without assurances nothing is proven.
std::map<card::Aid, bool> NoteStoredData(
    const BundleState& state, absl::Span<const card::ResponseApdu> answers,
    absl::Span<const Assurance> assurances, CardRecord& record);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_STORED_DATA_H_
