// What must hold for every manifest, every card and every agent. RapidCheck
// makes them up, and makes the first failure smaller; it prints the seed, and
// how to run the same case again. RC_PARAMS="max_success=10000" tries more.
#include <string>
#include <vector>

#include "lib/base/status_matchers.h"
#include "rapidcheck/gtest.h"
#include "tests/property/generators.h"

namespace cardferry::sequencer {
namespace {

namespace gen = rc::gen;

card::DeleteRelated Related(const CardSpecimen& card) {
  return card.deletes_related ? card::DeleteRelated::kYes
                              : card::DeleteRelated::kNo;
}

// A card with something of somebody else's; now and then one that is ours too.
void Fill(Trial& trial) {
  const auto changes = *Some(8, ForeignChanges());
  for (const ForeignChange& change : changes) trial.Happens(change);
  if (!*gen::arbitrary<bool>()) return;
  trial.Desire(*Manifests());
  trial.Converge();
}

void RequireNoViolation(const Trial& trial) {
  if (!trial.violation().empty()) {
    RC_FAIL(trial.violation() + "; last: " + trial.reason());
  }
}

// At honest agents, the card comes to hold what it should, unless it cannot;
// and then nothing more is done to it.
void RequireConvergence(Trial& trial) {
  const std::optional<Obstacle> obstacle = trial.FindObstacle();
  trial.Converge();
  RequireNoViolation(trial);
  RC_TAG(trial.done() ? "done" : "impossible");
  if (!trial.done()) {
    if (!obstacle.has_value() && !trial.was_refused_unseen()) {
      RC_FAIL("it could be done, and was not: " + trial.reason());
    }
    return;
  }
  if (obstacle.has_value() && obstacle->certain) {
    RC_FAIL("it is done in spite of " + obstacle->reason);
  }
  const Holding held = trial.holding();
  trial.Insert({});
  RequireNoViolation(trial);
  RC_ASSERT(trial.done());
  RC_ASSERT(trial.changes() == 0u);
  RC_ASSERT(trial.holding() == held);
}

RC_GTEST_PROP(ContentPropertyTest,
              EveryCardComesToHoldWhatItShouldAndIsThenLeft, ()) {
  const CardSpecimen card = *Cards();
  Trial trial(card.type, Related(card));
  Fill(trial);
  trial.Desire(*Manifests());
  RequireConvergence(trial);
}

// A card in hand of an agent that is careless, but tells what it knows.
RC_GTEST_PROP(ContentPropertyTest, ATornRunIsMadeGood, ()) {
  const CardSpecimen card = *Cards();
  Trial trial(card.type, Related(card));
  Fill(trial);
  trial.Desire(*Manifests());
  Conduct torn;
  torn.honest = false;
  const auto tears = *Some(4, gen::inRange(0, 1000));
  for (const int tear : tears) {
    torn.stops_at = tear;
    torn.last_answer_lost = *gen::arbitrary<bool>();
    torn.report = *gen::element(Conduct::Report::kTrue, Conduct::Report::kNone);
    trial.Insert(torn);
    RequireNoViolation(trial);
  }
  RequireConvergence(trial);
}

RC_GTEST_PROP(ContentPropertyTest, AHostileAgentHarmsNothingAndIsMadeGood, ()) {
  const CardSpecimen card = *Cards();
  Trial trial(card.type, Related(card));
  Fill(trial);
  trial.Desire(*Manifests());
  const auto events = *Some(4, Events(true));
  for (const Event& event : events) {
    for (const ForeignChange& change : event.changes) trial.Happens(change);
    if (event.record_lost) trial.Forget();
    trial.Insert(event.conduct);
    RequireNoViolation(trial);
  }
  RequireConvergence(trial);
}

}  // namespace
}  // namespace cardferry::sequencer
