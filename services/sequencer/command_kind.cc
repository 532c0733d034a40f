#include "services/sequencer/command_kind.h"

#include <algorithm>

namespace cardferry::sequencer {
namespace {

using card::StatusWordPattern;

constexpr card::StatusWord kApplicationNotFound{0x6A82};
constexpr card::StatusWord kReferencedDataNotFound{0x6A88};
constexpr card::StatusWord kLogicallyDeleted{0x6200};

constexpr StatusWordPattern Only(card::StatusWord sw) {
  return {sw.value(), 0xFFFF};
}

}  // namespace

bool IsDelete(CommandKind kind) {
  return kind == CommandKind::kDeleteApplication ||
         kind == CommandKind::kDeletePackage;
}

bool IsChange(CommandKind kind) {
  switch (kind) {
    case CommandKind::kInstallForLoad:
    case CommandKind::kLoad:
    case CommandKind::kInstall:
    case CommandKind::kMakeSelectable:
    case CommandKind::kLock:
    case CommandKind::kUnlock:
    case CommandKind::kUpdatePrivileges:
    case CommandKind::kExtradite:
    case CommandKind::kBeginPersonalization:
    case CommandKind::kStoreData:
      return true;
    default:
      return IsDelete(kind);
  }
}

std::vector<StatusWordPattern> AcceptedFor(CommandKind kind) {
  if (!IsDelete(kind)) return {Only(card::kSuccess)};
  return {Only(card::kSuccess), Only(kReferencedDataNotFound),
          Only(kApplicationNotFound), Only(kLogicallyDeleted)};
}

bool WentThrough(CommandKind kind, card::StatusWord sw) {
  const std::vector<StatusWordPattern> accepted = AcceptedFor(kind);
  return std::any_of(accepted.begin(), accepted.end(),
                     [sw](const auto& pattern) { return pattern.Matches(sw); });
}

}  // namespace cardferry::sequencer
