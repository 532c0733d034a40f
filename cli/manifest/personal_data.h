#ifndef CARDFERRY_CLI_MANIFEST_PERSONAL_DATA_H_
#define CARDFERRY_CLI_MANIFEST_PERSONAL_DATA_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/cardferry/config/v1/card_manifest.pb.h"
#include "proto/cardferry/sequencer/v1/desired_state.pb.h"

namespace cardferry::cli {

// What a manifest says of an application's data, for the sequencer.
// INVALID_ARGUMENT, naming the field and never repeating a value, for none or
// several of its forms, and for values and identifiers that are none.
absl::StatusOr<sequencer::v1::PersonalData> ToPersonalData(
    const std::string& field,
    const config::v1::CardManifest::PersonalData& data);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_MANIFEST_PERSONAL_DATA_H_
