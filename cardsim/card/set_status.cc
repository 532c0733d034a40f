#include "cardsim/card/set_status.h"

#include "cardsim/card/life_cycle.h"
#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

// P1 (table 11-86).
constexpr uint8_t kTheCard = 0x80;
constexpr uint8_t kAnApplication = 0x40;
constexpr uint8_t kADomainAndItsOwn = 0x60;

absl::Status SetCard(uint8_t state, Registry& registry) {
  if (!IsCardState(state)) return CardError(kWrongP1P2, "no such card state");
  if (!CardMayBecome(registry.card_life_cycle(), state)) {
    return CardError(kConditionsNotSatisfied, "the card cannot become that");
  }
  registry.set_card_life_cycle(state);
  return absl::OkStatus();
}

// The application of this name, where `domain` may change it: itself too.
absl::StatusOr<Application*> Find(ByteSpan name, const card::Aid& domain,
                                  Registry& registry) {
  const auto aid = card::Aid::Create(name);
  if (!aid.ok()) return CardError(kWrongData, "an AID is not one");
  Application* const application = registry.FindApplication(*aid);
  if (application == nullptr ||
      (*aid != domain && !registry.MayChange(domain, *aid))) {
    return CardError(kReferencedDataNotFound, "no such application");
  }
  return application;
}

absl::Status SetApplication(uint8_t control, Application* application) {
  if (control == kPersonalized && application->is_domain() &&
      application->life_cycle == kSelectable) {
    application->life_cycle = kPersonalized;
    return absl::OkStatus();
  }
  const bool lock = (control & kApplicationLocked) != 0;
  if (lock == application->locked()) {
    return CardError(kConditionsNotSatisfied, "locked or unlocked already");
  }
  application->life_cycle ^= kApplicationLocked;
  return absl::OkStatus();
}

absl::Status SetDomain(uint8_t control, const Application& domain,
                       Registry& registry) {
  if (!domain.is_domain()) {
    return CardError(kReferencedDataNotFound, "no such security domain");
  }
  const bool lock = (control & kApplicationLocked) != 0;
  const card::Aid aid = domain.aid;
  for (const Application& each : registry.applications()) {
    if (each.locked() == lock || (each.aid != aid && each.domain != aid)) {
      continue;
    }
    registry.FindApplication(each.aid)->life_cycle ^= kApplicationLocked;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SetStatus(const card::CommandApdu& command,
                       const card::Aid& domain, Registry& registry) {
  const card::CommandHeader& header = command.header();
  switch (header.p1) {
    case kTheCard:
      if (domain == registry.isd()) return SetCard(header.p2, registry);
      return CardError(kConditionsNotSatisfied, "not this domain's card");
    case kAnApplication: {
      ASSIGN_OR_RETURN(Application* const application,
                       Find(command.data(), domain, registry));
      return SetApplication(header.p2, application);
    }
    case kADomainAndItsOwn: {
      ASSIGN_OR_RETURN(const Application* const application,
                       Find(command.data(), domain, registry));
      return SetDomain(header.p2, *application, registry);
    }
    default:
      return CardError(kWrongP1P2, "SET STATUS of something else");
  }
}

}  // namespace cardferry::cardsim
