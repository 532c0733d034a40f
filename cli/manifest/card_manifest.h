#ifndef CARDFERRY_CLI_MANIFEST_CARD_MANIFEST_H_
#define CARDFERRY_CLI_MANIFEST_CARD_MANIFEST_H_

#include <string>

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

// CompileManifest of a file in text format; its faults with line and column.
absl::StatusOr<sequencer::v1::DesiredState> ReadManifest(
    const std::string& path);

// A manifest without fault; as JSON {"ok":true}.
struct CheckedManifest {
  sequencer::v1::DesiredState desired;
};
std::string ToJson(const CheckedManifest& checked);

// What a manifest wants, for people: a line for each package, applet, and thing
// to remove. No parameters.
std::string ManifestText(const sequencer::v1::DesiredState& desired);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_MANIFEST_CARD_MANIFEST_H_
