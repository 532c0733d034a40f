#include "services/orchestrator/session/desired_state.h"

#include <utility>

namespace cardferry::orchestrator {
namespace {

DesiredState Absent(const JobSubject& subject, const LoadFile& load_file) {
  DesiredState desired;
  if (!subject.application_aid.empty()) {
    desired.absent_applications = {subject.application_aid};
  } else if (!subject.package_aid.empty()) {
    desired.absent_packages = {subject.package_aid};
  } else {
    desired.absent_packages = {load_file.package_aid};
  }
  return desired;
}

}  // namespace

DesiredState DesiredStateOf(const JobSubject& subject,
                            const LoadFile& load_file,
                            Bytes install_parameters) {
  if (subject.action == JobAction::kManifest) {
    DesiredState desired;
    desired.manifest = std::move(install_parameters);
    return desired;
  }
  if (subject.action == JobAction::kDelete) return Absent(subject, load_file);
  DesiredPackage package;
  package.content_hash = load_file.content_hash;
  package.applets = subject.applets;
  if (package.applets.empty()) {
    for (const Bytes& aid : load_file.applet_aids) {
      package.applets.push_back({aid, {}, {}});
    }
  }
  package.install_parameters = std::move(install_parameters);
  package.replace = subject.action == JobAction::kUpgrade;
  DesiredState desired;
  desired.packages.push_back(std::move(package));
  return desired;
}

}  // namespace cardferry::orchestrator
