#ifndef CARDFERRY_CLI_MANIFEST_MANIFEST_FILE_H_
#define CARDFERRY_CLI_MANIFEST_MANIFEST_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/cardferry/sequencer/v1/desired_state.pb.h"

namespace cardferry::cli {

// CompileManifest of a file in text format; its faults with line and column.
// INVALID_ARGUMENT too when it takes values from rows.
absl::StatusOr<sequencer::v1::DesiredState> ReadManifest(
    const std::string& path);

// A file tree in text format (config/v1/file_tree.proto) as a desired state.
// What is in it the sequencer judges. Faults with line and column.
absl::StatusOr<sequencer::v1::DesiredState> ReadFileTree(
    const std::string& path);

// What the manifest stands for with one row's values.
struct RowManifest {
  std::string card_id;  // the row's value called "card"
  sequencer::v1::DesiredState desired;
};

// A manifest with each row of a file (rows/job_rows.h), all of them or none.
// INVALID_ARGUMENT, naming the line of the row and never repeating a value, as
// above, and for a row without a card or with one that was there before.
absl::StatusOr<std::vector<RowManifest>> ReadManifestRows(
    const std::string& path, const std::string& rows_path);

// The manifest of a card's row. Errors of ReadManifestRows, and
// INVALID_ARGUMENT when no row is for this card.
absl::StatusOr<sequencer::v1::DesiredState> ReadManifestFor(
    const std::string& path, const std::string& rows_path,
    const std::string& card_id);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_MANIFEST_MANIFEST_FILE_H_
