#include "services/sequencer/bundle_goal.h"

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
  state.absent_packages = desired.absent_packages;
  state.absent_applications = desired.absent_applications;
}

}  // namespace cardferry::sequencer
