#include "services/sequencer/session_needs.h"

namespace cardferry::sequencer {
namespace {

constexpr uint8_t kLevelEncrypted = 0x02;

}  // namespace

// A level that covers both: bits are added, never taken away.
uint8_t FloorFor(const ContentPlan& plan, const CardProfile& profile) {
  const uint8_t encrypted = plan.HasParameters() ? kLevelEncrypted : 0;
  return profile.level_floor | encrypted;
}

Keyvault::OperationClass ClassOf(const ContentPlan& plan) {
  using Class = Keyvault::OperationClass;
  if (plan.Personalizes()) {
    return plan.ChangesContent() ? Class::kContentAndPersonalize
                                 : Class::kPersonalize;
  }
  return plan.ChangesContent() ? Class::kContent : Class::kRead;
}

}  // namespace cardferry::sequencer
