#ifndef CARDFERRY_CLI_MANIFEST_MANIFEST_TEXT_H_
#define CARDFERRY_CLI_MANIFEST_MANIFEST_TEXT_H_

#include <cstddef>
#include <string>

#include "proto/cardferry/sequencer/v1/desired_state.pb.h"

namespace cardferry::cli {

// A manifest without fault; as JSON {"ok":true}.
struct CheckedManifest {
  sequencer::v1::DesiredState desired;
};
std::string ToJson(const CheckedManifest& checked);

// One without fault with each of so many rows; as JSON {"ok":true,"rows":3}.
struct CheckedRows {
  size_t count;
};
std::string ToJson(const CheckedRows& checked);

// What a manifest wants, for people: a line for each package, applet, and thing
// to remove. No parameters.
std::string ManifestText(const sequencer::v1::DesiredState& desired);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_MANIFEST_MANIFEST_TEXT_H_
