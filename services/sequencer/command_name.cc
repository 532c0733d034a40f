#include "services/sequencer/command_name.h"

#include "absl/strings/str_cat.h"

namespace cardferry::sequencer {
namespace {

absl::string_view NameOfKind(CommandKind kind) {
  switch (kind) {
    case CommandKind::kAuthenticate:
      return "EXTERNAL AUTHENTICATE";
    case CommandKind::kInstallForLoad:
      return "INSTALL [for load]";
    case CommandKind::kLoad:
      return "LOAD";
    case CommandKind::kInstall:
      return "INSTALL";
    case CommandKind::kDeleteApplication:
      return "DELETE";
    case CommandKind::kDeletePackage:
      return "DELETE of package";
    case CommandKind::kMakeSelectable:
      return "INSTALL [for make selectable]";
    case CommandKind::kLock:
      return "SET STATUS (lock)";
    case CommandKind::kUnlock:
      return "SET STATUS (unlock)";
    case CommandKind::kUpdatePrivileges:
      return "INSTALL [for registry update]";
    case CommandKind::kExtradite:
      return "INSTALL [for extradition]";
    case CommandKind::kBeginPersonalization:
      return "INSTALL [for personalization]";
    case CommandKind::kStoreData:
      return "STORE DATA";
    case CommandKind::kPeekLoadFiles:
    case CommandKind::kCompareApplications:
    case CommandKind::kCompareLoadFiles:
    case CommandKind::kReadLoadFiles:
    case CommandKind::kReadApplications:
    case CommandKind::kReadModules:
    case CommandKind::kReadSecurityDomain:
      break;
    case CommandKind::kReadIdentity:
      return "GET DATA";
  }
  return "GET STATUS";
}

}  // namespace

std::string CommandNameOf(const CommandRun& run, size_t index_in_run) {
  std::string name(NameOfKind(run.kind));
  if (run.count > 1 && run.subject.has_value()) {
    absl::StrAppend(&name, " ", index_in_run + 1, " of ", run.count);
  }
  if (!run.subject.has_value()) return name;
  const bool of_is_said = run.kind == CommandKind::kDeletePackage;
  return absl::StrCat(name, of_is_said ? " " : " of ", run.subject->ToHex());
}

}  // namespace cardferry::sequencer
