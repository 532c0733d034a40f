#ifndef CARDFERRY_SERVICES_SEQUENCER_DOUBT_H_
#define CARDFERRY_SERVICES_SEQUENCER_DOUBT_H_

#include "services/sequencer/bundle_state.h"
#include "services/sequencer/card_record.h"

namespace cardferry::sequencer {

// Leaves in the record what is sure when nobody knows how much of the bundle
// the card has taken: none, all, or a part of it. It counts as read long ago,
// and a package that was to be replaced has a content that nobody knows, unless
// the record says that it is the new one. Where there was no package nothing is
// taken back: what is there then can only be the new one.
void LeaveInDoubt(const BundleState& state, CardRecord& record);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_DOUBT_H_
