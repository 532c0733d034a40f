#include "tests/property/foreign_host.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "lib/card/gp/registry_commands.h"

namespace cardferry::sequencer {
namespace {

constexpr uint8_t kCMac = 0x01;

}  // namespace

std::ostream& operator<<(std::ostream& out, const ForeignChange& change) {
  switch (change.kind) {
    case ForeignChange::Kind::kLoad:
      return out << "\n  somebody loads " << change.package;
    case ForeignChange::Kind::kInstall:
      return out << "\n  somebody installs " << change.applet << " of package "
                 << change.package.number;
    case ForeignChange::Kind::kLock:
      return out << "\n  somebody " << (change.locked ? "locks" : "unlocks")
                 << " instance " << change.applet.instance;
    case ForeignChange::Kind::kDelete:
      break;
  }
  return out << "\n  somebody deletes " << InstanceAid(change.target).ToHex()
             << (change.related ? " with what is of it" : "");
}

ForeignHost::ForeignHost(cardsim::KeySet keys, cardsim::Card& card)
    : card_(card), host_(std::move(keys)) {
  const card::ResponseApdu answer = card_.Process(host_.InitializeUpdate());
  const bool is_card =
      answer.sw == card::kSuccess && host_.TakeAnswer(answer.data);
  if (!is_card ||
      card_.Process(host_.ExternalAuthenticate(kCMac)).sw != card::kSuccess) {
    std::cerr << "the card does not know its keys\n";
    std::abort();
  }
}

bool ForeignHost::Send(const card::CommandApdu& command) {
  return card_.Process(host_.Protect(command)).sw == card::kSuccess;
}

void ForeignHost::Load(const LoadFile& file) {
  const Bytes block = *file.cap.LoadFileDataBlock(card::Descriptor::kLeaveOut);
  const auto isd = card::Aid::FromHex("A000000151000000");
  if (!Send(*card::InstallForLoad(file.cap.package().aid, *isd))) return;
  const auto loads = *card::LoadCommands(block, kCMac);
  for (const card::CommandApdu& load : loads) {
    if (!Send(load)) return;
  }
}

void ForeignHost::Install(const card::Installation& installation) {
  Send(*card::InstallAndMakeSelectable(installation, kCMac));
}

void ForeignHost::Delete(const card::Aid& aid, card::DeleteRelated related) {
  Send(*card::DeleteContent(aid, related));
}

void ForeignHost::Make(const ForeignChange& change) {
  switch (change.kind) {
    case ForeignChange::Kind::kLoad:
      Load(*FileOf(change.package));
      break;
    case ForeignChange::Kind::kInstall:
      Install({PackageAid(change.package.number),
               ModuleAid(change.package.number, change.applet.module),
               InstanceAid(change.applet.instance),
               {0x00},
               {}});
      break;
    case ForeignChange::Kind::kLock:
      Send(
          *card::SetLocked(InstanceAid(change.applet.instance), change.locked));
      break;
    case ForeignChange::Kind::kDelete:
      Delete(InstanceAid(change.target), change.related
                                             ? card::DeleteRelated::kYes
                                             : card::DeleteRelated::kNo);
  }
}

}  // namespace cardferry::sequencer
