#ifndef CARDFERRY_SERVICES_SEQUENCER_DESIRED_STATE_PROTO_H_
#define CARDFERRY_SERVICES_SEQUENCER_DESIRED_STATE_PROTO_H_

#include "absl/status/statusor.h"
#include "proto/cardferry/sequencer/v1/desired_state.pb.h"
#include "services/sequencer/desired_state.h"
#include "services/sequencer/load_file_cache.h"

namespace cardferry::sequencer {

// NOT_FOUND for a load file that is not in the cache; INVALID_ARGUMENT, without
// repeating parameters or personal data, for what makes no sense.
absl::StatusOr<DesiredState> ParseDesiredState(const v1::DesiredState& desired,
                                               LoadFileCache& load_files);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_DESIRED_STATE_PROTO_H_
