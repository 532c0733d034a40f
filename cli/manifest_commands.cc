#include <memory>
#include <string>

#include "cli/manifest/manifest_file.h"
#include "cli/manifest/manifest_text.h"
#include "cli/subcommand.h"

namespace cardferry::cli {

void AddManifestCommands(CLI::App& app, Command& command) {
  CLI::App& group =
      AddGroup(app, "manifest", "card manifests: what cards shall hold, whole");
  auto path = std::make_shared<std::string>();
  CLI::App& check = AddSubcommand(
      group,
      {"check", "whether a manifest makes sense by itself", "",
       "No service is asked: what is in the CAP files and on the card, `job\n"
       "plan` looks at.\n\n"
       "Example:\n  cardferry manifest check wallet.textproto\n"});
  check.add_option("FILE", *path, "text format, CardManifest")->required();
  check.callback([&command, path] {
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
