#include "services/sequencer/bundle_goal.h"

#include <algorithm>

namespace cardferry::sequencer {
namespace {

WantedPackage WantedOf(const DesiredPackage& package) {
  WantedPackage wanted{package.package(), package.file->content_hash, {}, {}};
  for (const DesiredApplet& applet : package.applets) {
    wanted.instances.push_back(applet.instance);
  }
  for (const card::PackageVersion& import : package.file->cap.imports()) {
    wanted.imports.push_back(import.aid);
  }
  wanted.security_domain = package.security_domain;
  wanted.modules = package.file->cap.applets();
  return wanted;
}

WantedApplication WantedOf(const DesiredApplet& applet) {
  return {applet.instance, applet.life_cycle,
          applet.update_privileges ? applet.privileges : Bytes(),
          applet.security_domain};
}

// Of what an application is given something, the notes of what is wanted no
// more: that may be what is written over, and would be sent again when it is
// wanted again.
void ForgetReplaced(const DesiredState& desired, BundleState& state) {
  for (const DesiredApplet* application : AllApplications(desired)) {
    const auto known = state.record.stored.find(application->instance);
    const bool is_given =
        std::any_of(state.personalizations.begin(),
                    state.personalizations.end(), [&](const auto& one) {
                      return one.application == application->instance;
                    });
    if (!is_given || known == state.record.stored.end()) continue;
    const std::vector<PersonalData>& wanted = application->personal_data;
    std::vector<Bytes>& notes = known->second;
    notes.erase(std::remove_if(notes.begin(), notes.end(),
                               [&wanted](const Bytes& note) {
                                 return std::none_of(
                                     wanted.begin(), wanted.end(),
                                     [&note](const PersonalData& data) {
                                       return data.fingerprint == note;
                                     });
                               }),
                notes.end());
  }
}

}  // namespace

void SetGoal(const DesiredState& desired, const ContentPlan& plan,
             BundleState& state) {
  for (const DesiredPackage& package : desired.packages) {
    state.wanted.push_back(WantedOf(package));
    for (const DesiredApplet& applet : package.applets) {
      const WantedApplication wanted = WantedOf(applet);
      if (wanted == WantedApplication{applet.instance}) continue;
      state.wanted_applications.push_back(wanted);
    }
  }
  for (const DesiredDomain& domain : desired.domains) {
    state.wanted_applications.push_back(WantedOf(domain.domain));
    state.wanted_applications.back().package = domain.package;
  }
  for (const DesiredApplet& application : desired.applications) {
    state.wanted_applications.push_back(WantedOf(application));
  }
  for (const ContentStep& step : plan.steps) {
    const auto* personalize = std::get_if<PersonalizeStep>(&step);
    if (personalize == nullptr) continue;
    state.personalizations.push_back(
        {personalize->application, personalize->data.fingerprint});
  }
  ForgetReplaced(desired, state);
  state.absent_packages = desired.absent_packages;
  state.absent_applications = desired.absent_applications;
}

}  // namespace cardferry::sequencer
