#include "cardsim/card/set_status.h"

#include "cardsim/card/life_cycle.h"
#include "cardsim/card_error.h"

namespace cardferry::cardsim {
namespace {

// P1 (table 11-86).
constexpr uint8_t kTheCard = 0x80;
constexpr uint8_t kAnApplication = 0x40;

absl::Status SetCard(uint8_t state, Registry& registry) {
  if (!IsCardState(state)) return CardError(kWrongP1P2, "no such card state");
  if (!CardMayBecome(registry.card_life_cycle(), state)) {
    return CardError(kConditionsNotSatisfied, "the card cannot become that");
  }
  registry.set_card_life_cycle(state);
  return absl::OkStatus();
}

absl::Status SetApplication(uint8_t control, ByteSpan name,
                            Registry& registry) {
  const auto aid = card::Aid::Create(name);
  if (!aid.ok()) return CardError(kWrongData, "an AID is not one");
  Application* const application = registry.FindApplication(*aid);
  if (application == nullptr) {
    return CardError(kReferencedDataNotFound, "no such application");
  }
  const bool lock = (control & kApplicationLocked) != 0;
  if (lock == application->locked()) {
    return CardError(kConditionsNotSatisfied, "locked or unlocked already");
  }
  application->life_cycle ^= kApplicationLocked;
  return absl::OkStatus();
}

}  // namespace

absl::Status SetStatus(const card::CommandApdu& command, Registry& registry) {
  const card::CommandHeader& header = command.header();
  switch (header.p1) {
    case kTheCard:
      return SetCard(header.p2, registry);
    case kAnApplication:
      return SetApplication(header.p2, command.data(), registry);
    default:
      return CardError(kWrongP1P2, "SET STATUS of something else");
  }
}

}  // namespace cardferry::cardsim
