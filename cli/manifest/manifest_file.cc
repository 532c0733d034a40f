#include "cli/manifest/manifest_file.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/manifest/card_manifest.h"
#include "cli/manifest/manifest_value.h"
#include "cli/manifest/row_template.h"
#include "cli/rows/job_rows.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/config.h"
#include "proto/cardferry/config/v1/file_tree.pb.h"

namespace cardferry::cli {
namespace {

using config::v1::CardManifest;
using sequencer::v1::DesiredState;

absl::StatusOr<DesiredState> CompileRow(
    const CardManifest& manifest,
    const std::map<std::string, std::string>& values) {
  ASSIGN_OR_RETURN(const CardManifest filled, FillRow(manifest, values));
  return CompileManifest(filled);
}

}  // namespace

absl::StatusOr<DesiredState> ReadManifest(const std::string& path) {
  ASSIGN_OR_RETURN(const CardManifest manifest,
                   rpc::LoadTextproto<CardManifest>(path));
  absl::StatusOr<DesiredState> desired = CompileRow(manifest, {});
  if (!desired.ok()) return Annotate(desired.status(), path);
  return desired;
}

absl::StatusOr<DesiredState> ReadFileTree(const std::string& path) {
  DesiredState desired;
  ASSIGN_OR_RETURN(*desired.mutable_file_tree(),
                   rpc::LoadTextproto<config::v1::FileTree>(path));
  if (desired.file_tree().files_size() != 0) return desired;
  return Annotate(Refuse("files", "the file tree is empty"), path);
}

absl::StatusOr<std::vector<RowManifest>> ReadManifestRows(
    const std::string& path, const std::string& rows_path) {
  ASSIGN_OR_RETURN(const CardManifest manifest,
                   rpc::LoadTextproto<CardManifest>(path));
  ASSIGN_OR_RETURN(const std::vector<JobRow> rows, ReadRows(rows_path));
  std::vector<RowManifest> manifests;
  std::set<std::string> cards;
  for (const JobRow& row : rows) {
    const std::string place = absl::StrCat(rows_path, " line ", row.line);
    const auto card = row.values.find("card");
    if (card == row.values.end() || card->second.empty()) {
      return Refuse(place,
                    "no value called \"card\" says for which card it is");
    }
    if (!cards.insert(card->second).second) {
      return Refuse(place, "this card had a row before");
    }
    absl::StatusOr<DesiredState> desired = CompileRow(manifest, row.values);
    if (!desired.ok()) return Annotate(desired.status(), place);
    manifests.push_back({card->second, *std::move(desired)});
  }
  return manifests;
}

absl::StatusOr<DesiredState> ReadManifestFor(const std::string& path,
                                             const std::string& rows_path,
                                             const std::string& card_id) {
  ASSIGN_OR_RETURN(const std::vector<RowManifest> rows,
                   ReadManifestRows(path, rows_path));
  for (const RowManifest& row : rows) {
    if (row.card_id == card_id) return row.desired;
  }
  return Refuse(rows_path, absl::StrCat("no row is for card ", card_id));
}

}  // namespace cardferry::cli
