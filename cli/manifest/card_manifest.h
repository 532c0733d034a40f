#ifndef CARDFERRY_CLI_MANIFEST_CARD_MANIFEST_H_
#define CARDFERRY_CLI_MANIFEST_CARD_MANIFEST_H_

#include "absl/status/statusor.h"
#include "proto/cardferry/config/v1/card_manifest.pb.h"
#include "proto/cardferry/sequencer/v1/desired_state.pb.h"

namespace cardferry::cli {

// The desired state that a manifest stands for. INVALID_ARGUMENT, naming the
// field, for whatever can be wrong without knowing the CAP files and the card:
// bytes, AIDs, versions, a name given twice, privileges that exclude each
// other. Never repeats install parameters.
absl::StatusOr<sequencer::v1::DesiredState> CompileManifest(
    const config::v1::CardManifest& manifest);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_MANIFEST_CARD_MANIFEST_H_
