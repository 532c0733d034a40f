#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/manifest/manifest_file.h"
#include "cli/manifest/manifest_text.h"
#include "cli/subcommand.h"

namespace cardferry::cli {
namespace {

void CheckRows(const std::string& path, const std::string& rows_path,
               Command& command) {
  const auto rows = ReadManifestRows(path, rows_path);
  if (!rows.ok()) return command.FailUsage("take the manifest", rows.status());
  command.Show(CheckedRows{rows->size()}, [](const CheckedRows& checked) {
    return absl::StrCat("The manifest makes sense with each of ", checked.count,
                        " rows.\n");
  });
}

}  // namespace

void AddManifestCommands(CLI::App& app, Command& command) {
  CLI::App& group =
      AddGroup(app, "manifest", "card manifests: what cards shall hold, whole");
  auto path = std::make_shared<std::string>();
  auto rows = std::make_shared<std::string>();
  CLI::App& check = AddSubcommand(
      group,
      {"check", "whether a manifest makes sense by itself", "",
       "No service is asked: what is in the CAP files and on the card, `job\n"
       "plan` looks at.\n\n"
       "Examples:\n"
       "  cardferry manifest check greeter.textproto\n"
       "  cardferry manifest check wallet.textproto --rows cards.csv\n"});
  check.add_option("FILE", *path, "text format, CardManifest")->required();
  check.add_option("--rows", *rows,
                   "FILE: the .csv or .jsonl file that ${row.NAME} is taken "
                   "from, all of it");
  check.callback([&command, path, rows] {
    if (!rows->empty()) return CheckRows(*path, *rows, command);
    const auto desired = ReadManifest(*path);
    if (!desired.ok()) {
      return command.FailUsage("take the manifest", desired.status());
    }
    command.Show(CheckedManifest{*desired}, [](const CheckedManifest& checked) {
      return ManifestText(checked.desired) + "The manifest makes sense.\n";
    });
  });
}

}  // namespace cardferry::cli
