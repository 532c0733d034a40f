#include "services/sequencer/advice.h"

#include "absl/strings/str_cat.h"
#include "lib/card/status_words/explain.h"

namespace cardferry::sequencer {
namespace {

card::CommandName NameFor(CommandKind kind) {
  switch (kind) {
    case CommandKind::kAuthenticate:
      return card::CommandName::kExternalAuthenticate;
    case CommandKind::kInstallForLoad:
      return card::CommandName::kInstallForLoad;
    case CommandKind::kLoad:
      return card::CommandName::kLoad;
    case CommandKind::kInstall:
      return card::CommandName::kInstallForInstall;
    case CommandKind::kDeleteApplication:
    case CommandKind::kDeletePackage:
      return card::CommandName::kDelete;
    case CommandKind::kMakeSelectable:
    case CommandKind::kUpdatePrivileges:
    case CommandKind::kExtradite:
      return card::CommandName::kInstall;
    case CommandKind::kLock:
    case CommandKind::kUnlock:
      return card::CommandName::kSetStatus;
    case CommandKind::kBeginPersonalization:
      return card::CommandName::kInstallForPersonalization;
    case CommandKind::kStoreData:
      return card::CommandName::kStoreData;
    case CommandKind::kPeekLoadFiles:
    case CommandKind::kCompareApplications:
    case CommandKind::kCompareLoadFiles:
    case CommandKind::kReadLoadFiles:
    case CommandKind::kReadApplications:
    case CommandKind::kReadModules:
    case CommandKind::kReadSecurityDomain:
    case CommandKind::kReadIdentity:
      return card::CommandName::kGetStatus;
  }
  return card::CommandName::kAny;
}

}  // namespace

std::string Advice(CommandKind kind, card::StatusWord sw) {
  const card::Explanation explanation = card::Explain(sw, NameFor(kind));
  return absl::StrCat(card::Describe(sw), ". ", explanation.next_step);
}

std::string BrokenText(const std::string& command, card::StatusWord sw) {
  return absl::StrCat(
      "The card did not take the MAC of ", command, " (", card::Describe(sw),
      "): the session broke off there. If it does so each time, the channel of "
      "the profile is not the card's: look at its channel_quirks.");
}

std::string ForgedText(const std::string& what) {
  return absl::StrCat(
      "The card's answers were changed on their way: ", what,
      ". None of them counts, and what the card holds now is not known. Look "
      "into the agent and its reader before they are used again; then read the "
      "card at another one.");
}

}  // namespace cardferry::sequencer
