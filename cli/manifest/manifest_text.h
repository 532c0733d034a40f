#ifndef CARDFERRY_CLI_MANIFEST_MANIFEST_TEXT_H_
#define CARDFERRY_CLI_MANIFEST_MANIFEST_TEXT_H_

#include <string>

#include "proto/cardferry/sequencer/v1/desired_state.pb.h"

namespace cardferry::cli {

// A manifest without fault; as JSON {"ok":true}.
struct CheckedManifest {
  sequencer::v1::DesiredState desired;
};
std::string ToJson(const CheckedManifest& checked);

// What a manifest wants, for people: a line for each package, applet, and thing
// to remove. No parameters.
std::string ManifestText(const sequencer::v1::DesiredState& desired);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_MANIFEST_MANIFEST_TEXT_H_
