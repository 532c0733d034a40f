#ifndef CARDFERRY_SERVICES_SEQUENCER_CONTENT_PLAN_H_
#define CARDFERRY_SERVICES_SEQUENCER_CONTENT_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/sequencer/card_profile.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/content_step.h"
#include "services/sequencer/desired_state.h"

namespace cardferry::sequencer {

// What has to be done, in order: deletions, privileges and security domains,
// each package and its applets after those that it imports, extraditions, and
// life-cycle states in the end. Safe to stop after any step: what was done is
// part of the desired state, and the next plan goes on from there. Safe when a
// step fails and the later ones are sent all the same: the card refuses those
// that need it, the others name nothing but what the desired state names.
// docs/adr/0016 says why.
struct ContentPlan {
  std::vector<ContentStep> steps;

  // "load F043464552525901 1.0, install F04346455252590101"; "nothing to do".
  std::string Summary() const;
  // True when a step carries what may be personal data.
  bool HasParameters() const;
  // True when a step gives an application its data; when one is another.
  bool Personalizes() const;
  bool ChangesContent() const;
  // True when a step deletes.
  bool Deletes() const;
  // Bytes that the loads take on the card, at least.
  size_t LeastMemory() const;
};

// Desired state minus actual state. `origins`, `stored`: CardRecord's.
// INVALID_ARGUMENT, saying why, when there is no way that may be gone: another
// version or other content under a package's AID that is not to be replaced, an
// AID that is taken, an applet that its package does not have, an import that
// is neither there nor desired, what DeletionPlan refuses to delete and
// RegistryPlan to change, something desired twice or both desired and absent.
//
// A package on the card is the desired one when its origin is the desired CAP
// file; without an origin, when the card says the desired version. It is not
// when the card lists its modules, and one of the file's is missing. Parameters
// of an applet that is there are not compared: nothing on a card shows them.
absl::StatusOr<ContentPlan> PlanContent(const DesiredState& desired,
                                        const CardContent& actual,
                                        const Origins& origins,
                                        const CardProfile& profile,
                                        const StoredData& stored = {});

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CONTENT_PLAN_H_
