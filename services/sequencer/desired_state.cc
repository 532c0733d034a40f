#include "services/sequencer/desired_state.h"

namespace cardferry::sequencer {

std::vector<const DesiredApplet*> AllApplications(const DesiredState& desired) {
  std::vector<const DesiredApplet*> all;
  for (const DesiredPackage& package : desired.packages) {
    for (const DesiredApplet& applet : package.applets) all.push_back(&applet);
  }
  for (const DesiredDomain& domain : desired.domains) {
    all.push_back(&domain.domain);
  }
  for (const DesiredApplet& application : desired.applications) {
    all.push_back(&application);
  }
  return all;
}

}  // namespace cardferry::sequencer
