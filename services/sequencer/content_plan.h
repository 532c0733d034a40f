#ifndef CARDFERRY_SERVICES_SEQUENCER_CONTENT_PLAN_H_
#define CARDFERRY_SERVICES_SEQUENCER_CONTENT_PLAN_H_

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/card/gp/content_commands.h"
#include "services/sequencer/card_profile.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/desired_state.h"

namespace cardferry::sequencer {

// One change of a card's content.
struct LoadStep {
  std::shared_ptr<const LoadFile> file;
};
struct InstallStep {
  card::Installation installation;
};
using ContentStep = std::variant<LoadStep, InstallStep>;

// What has to be done, in order. Safe to stop after any step: what was done is
// part of the desired state, and the next plan goes on from there. Safe when a
// step fails and the later ones are sent all the same: they need it, and fail.
struct ContentPlan {
  std::vector<ContentStep> steps;

  // "load F043464552525901 1.0, install F04346455252590101"; "nothing to do".
  std::string Summary() const;
  // True when a step carries what may be personal data.
  bool HasParameters() const;
};

// Desired state minus actual state. `origins`: CardRecord's. INVALID_ARGUMENT,
// saying why, when there is no way that may be gone: another version or other
// content under a package's AID, an AID that is taken, an applet that its
// package does not have, an import that is neither there nor desired, something
// desired twice. Parameters of an applet that is there are not compared:
// nothing on a card shows them.
absl::StatusOr<ContentPlan> PlanContent(
    const DesiredState& desired, const CardContent& actual,
    const std::map<card::Aid, Bytes>& origins, const CardProfile& profile);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CONTENT_PLAN_H_
