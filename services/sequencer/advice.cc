#include "services/sequencer/advice.h"

namespace cardferry::sequencer {
namespace {

const char* ForAuthenticate(card::StatusWord sw) {
  if (sw.value() == 0x6983 || sw.value() == 0x6283) {
    return "The card is locked: nothing more can be loaded onto it.";
  }
  return "The card did not accept the host: check that its keys are those of "
         "its key set before it is tried again, because cards count failures.";
}

constexpr char kSessionLost[] =
    "The session with the card was lost: insert the card again.";

// Conditions of use not satisfied.
constexpr uint16_t kConditions = 0x6985;

// For what is refused whatever the command is; nullptr for the rest.
const char* ForAnyCommand(card::StatusWord sw) {
  switch (sw.value()) {
    case 0x6982:
    case 0x6988:
    case 0x6987:
    case 0x6999:
      return kSessionLost;
    case 0x6A84:
    case 0x6581:
      return "Free memory on the card, or take one with more.";
    case 0x6D00:
    case 0x6E00:
      return "The card does not know this command: its profile is wrong for "
             "it.";
    default:
      return nullptr;
  }
}

const char* ForDelete(card::StatusWord sw) {
  switch (sw.value()) {
    case kConditions:
      return "Something on the card still needs it, or an application of it is "
             "in use: delete first what imports it or shares its objects.";
    case 0x6A80:
      return "The card does not delete this: read the card and check its AID.";
    case 0x6A86:
      return "The card does not delete a package together with its "
             "applications: set delete_related in its profile to false.";
    default:
      return "Read the card and try again.";
  }
}

const char* ForConditions(CommandKind kind) {
  if (kind == CommandKind::kInstallForLoad || kind == CommandKind::kInstall) {
    return "The card has something under this AID that it did not list, or the "
           "session with it was lost: insert the card again.";
  }
  return kSessionLost;
}

const char* ForLoad(card::StatusWord sw) {
  switch (sw.value()) {
    case 0x6A80:
      return "The card does not take this load file: check which Java Card "
             "version and which packages it has.";
    case 0x6A88:
      return "The card does not know the security domain: its profile is "
             "wrong for it.";
    case 0x6438:
      return "The card lacks a package that this one imports.";
    default:
      return "Check that the CAP file is made for this type of card.";
  }
}

const char* ForInstall(card::StatusWord sw) {
  switch (sw.value()) {
    case 0x6A80:
      return "The applet or the card does not take these install parameters "
             "or privileges.";
    case 0x6A88:
      return "The card does not know the package or the applet in it: read the "
             "card and try again.";
    case 0x6700:
      return "The applet does not take install parameters of this length.";
    default:
      return "The applet's install method failed: check its parameters.";
  }
}

}  // namespace

std::string Advice(CommandKind kind, card::StatusWord sw) {
  if (kind == CommandKind::kAuthenticate) return ForAuthenticate(sw);
  if (const char* advice = ForAnyCommand(sw)) return advice;
  if (IsDelete(kind)) return ForDelete(sw);
  if (sw.value() == kConditions) return ForConditions(kind);
  switch (kind) {
    case CommandKind::kInstallForLoad:
    case CommandKind::kLoad:
      return ForLoad(sw);
    case CommandKind::kInstall:
      return ForInstall(sw);
    default:
      return "The card does not list its content: its profile may be wrong for "
             "it.";
  }
}

}  // namespace cardferry::sequencer
