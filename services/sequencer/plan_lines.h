#ifndef CARDFERRY_SERVICES_SEQUENCER_PLAN_LINES_H_
#define CARDFERRY_SERVICES_SEQUENCER_PLAN_LINES_H_

#include <string>
#include <vector>

#include "services/sequencer/bundle.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/content_plan.h"
#include "services/sequencer/desired_state.h"

namespace cardferry::sequencer {

// One line of a plan as people read it, like a diff.
struct PlanLine {
  enum class Kind { kKeep, kAdd, kRemove, kChange };
  Kind kind = Kind::kKeep;
  std::string text;
  size_t commands = 0;  // that change the card

  bool operator==(const PlanLine& o) const {
    return kind == o.kind && text == o.text && commands == o.commands;
  }
};

// First what is desired and there already, then the plan's steps in order, with
// the number of commands that each takes in the bundle. Parameters are never
// shown. An application that goes with data that it was given (`stored`) says
// so.
std::vector<PlanLine> PlanLines(const DesiredState& desired,
                                const CardContent& actual,
                                const ContentPlan& plan, const Bundle& bundle,
                                const StoredData& stored);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_PLAN_LINES_H_
