#ifndef CARDFERRY_SERVICES_SEQUENCER_APPLICATION_STATE_PROTO_H_
#define CARDFERRY_SERVICES_SEQUENCER_APPLICATION_STATE_PROTO_H_

#include "absl/status/status.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/state.pb.h"

namespace cardferry::sequencer {

// What a bundle's state says of single applications: what they should be, and
// what they are given.
void WriteApplications(const BundleState& state,
                       state::v1::BundleState& message);

// INVALID_ARGUMENT for what the above would not write. `state` has its runs.
absl::Status ReadApplications(const state::v1::BundleState& message,
                              BundleState& state);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_APPLICATION_STATE_PROTO_H_
