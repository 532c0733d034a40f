#ifndef CARDFERRY_CLI_MANIFEST_ROW_TEMPLATE_H_
#define CARDFERRY_CLI_MANIFEST_ROW_TEMPLATE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/cardferry/config/v1/card_manifest.pb.h"

namespace cardferry::cli {

// `text` with a row's value in the place of each ${row.NAME}. What else is in
// ${...} is left as it is. INVALID_ARGUMENT for a name that the row does not
// have, a value with ${ in it (it would be taken for more), and a ${ that is
// not closed.
absl::StatusOr<std::string> FillRow(
    absl::string_view text, const std::map<std::string, std::string>& values);

// FillRow of all that a manifest says. Values do not become anything but
// values: they are put into fields that were read already. The error names the
// field, and never repeats a value.
absl::StatusOr<config::v1::CardManifest> FillRow(
    const config::v1::CardManifest& manifest,
    const std::map<std::string, std::string>& values);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_MANIFEST_ROW_TEMPLATE_H_
