#include "services/orchestrator/operators/job_check.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {
namespace {

constexpr size_t kMaxReaderBytes = 128;

absl::Status CheckAid(absl::string_view what, const Bytes& aid) {
  if (aid.size() >= 5 && aid.size() <= 16) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      what, " \"", ToHex(aid), "\" is no AID: 5 to 16 bytes are wanted"));
}

// "<key set>/<hexadecimal>", as cards are called that were never seen.
absl::Status CheckCardId(const std::string& id) {
  const size_t slash = id.find('/');
  const std::string hex =
      slash == std::string::npos ? "" : id.substr(slash + 1);
  const absl::StatusOr<Bytes> number = FromHex(hex);
  const bool is_one =
      number.ok() && !number->empty() && hex == ToHex(*number) && slash > 0 &&
      std::all_of(id.begin(), id.end(), [](char c) {
        return absl::ascii_isgraph(static_cast<unsigned char>(c));
      });
  if (is_one) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", absl::CHexEscape(id),
      "\" is no card's identifier: key set, '/' and key diversification data "
      "in capital hexadecimal digits"));
}

absl::Status CheckTarget(const JobTarget& target) {
  if (target.card_may_be_new && !target.card_id.empty()) {
    RETURN_IF_ERROR(CheckCardId(target.card_id));
  }
  if (target.agent.empty() == target.card_id.empty()) {
    return absl::InvalidArgumentError(
        "a job is for an agent's reader or for a card: name one of them");
  }
  if (target.agent.empty() && !target.reader.empty()) {
    return absl::InvalidArgumentError("a reader needs its agent");
  }
  const bool clean =
      std::none_of(target.reader.begin(), target.reader.end(), [](char c) {
        return absl::ascii_iscntrl(static_cast<unsigned char>(c));
      });
  if (target.reader.size() > kMaxReaderBytes || !clean) {
    return absl::InvalidArgumentError(
        absl::StrCat("a reader's name has at most ", kMaxReaderBytes,
                     " bytes and no control characters"));
  }
  return absl::OkStatus();
}

absl::Status CheckApplet(const JobApplet& applet) {
  RETURN_IF_ERROR(CheckAid("the applet", applet.module_aid));
  if (!applet.instance_aid.empty()) {
    RETURN_IF_ERROR(CheckAid("the instance", applet.instance_aid));
  }
  const size_t privileges = applet.privileges.size();
  if (privileges == 0 || privileges == 1 || privileges == 3) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("privileges are 1 or 3 bytes; there are ", privileges));
}

// What is to be installed: every instance AID once.
absl::Status CheckInstances(const std::vector<JobApplet>& applets) {
  if (applets.size() > kMaxJobApplets) {
    return absl::InvalidArgumentError(
        absl::StrCat(applets.size(), " applets; at most ", kMaxJobApplets));
  }
  std::set<Bytes> seen;
  for (const JobApplet& applet : applets) {
    RETURN_IF_ERROR(CheckApplet(applet));
    const Bytes& aid =
        applet.instance_aid.empty() ? applet.module_aid : applet.instance_aid;
    if (seen.insert(aid).second) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "the instance ", ToHex(aid),
        " is named twice: give one of the two another instance AID"));
  }
  return absl::OkStatus();
}

absl::Status CheckDelete(const NewJob& job) {
  const JobSubject& subject = job.subject;
  const int named = (subject.application.empty() ? 0 : 1) +
                    (subject.package_aid.empty() ? 0 : 1) +
                    (subject.application_aid.empty() ? 0 : 1);
  if (named != 1) {
    return absl::InvalidArgumentError(
        "deleting needs one of: an application that is registered here, a "
        "package's AID, an installed application's AID");
  }
  if (!subject.applets.empty()) {
    return absl::InvalidArgumentError(
        "deleting takes no applets: name one installed application by its "
        "AID, or delete the whole package");
  }
  if (!job.install_parameters.empty()) {
    return absl::InvalidArgumentError("deleting takes no install parameters");
  }
  if (!subject.package_aid.empty()) {
    return CheckAid("the package", subject.package_aid);
  }
  if (subject.application_aid.empty()) return absl::OkStatus();
  return CheckAid("the application", subject.application_aid);
}

absl::Status CheckLoad(const NewJob& job) {
  const JobSubject& subject = job.subject;
  if (!subject.package_aid.empty() || !subject.application_aid.empty()) {
    return absl::InvalidArgumentError(
        "only deleting names what is on the card by AID; loading needs an "
        "application that is registered here");
  }
  if (subject.application.empty()) {
    return absl::InvalidArgumentError(
        "no application is named; cardferry app list shows them");
  }
  if (job.install_parameters.size() > kMaxInstallParameterBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("install parameters of ", job.install_parameters.size(),
                     " bytes; at most ", kMaxInstallParameterBytes));
  }
  return CheckInstances(subject.applets);
}

// What is in it, the sequencer says.
absl::Status CheckManifest(const NewJob& job) {
  const JobSubject& subject = job.subject;
  if (!subject.application.empty() || !subject.package_aid.empty() ||
      !subject.application_aid.empty() || !subject.applets.empty()) {
    return absl::InvalidArgumentError(
        "a manifest names packages and applets itself: no others beside it");
  }
  if (job.install_parameters.empty()) {
    return absl::InvalidArgumentError("the manifest wants nothing of a card");
  }
  if (job.install_parameters.size() <= kMaxManifestBytes) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a manifest of ", job.install_parameters.size(),
                   " bytes; at most ", kMaxManifestBytes));
}

}  // namespace

absl::Status CheckNewJob(const NewJob& job) {
  RETURN_IF_ERROR(CheckTarget(job.target));
  if (job.subject.action == JobAction::kManifest) return CheckManifest(job);
  return job.subject.action == JobAction::kDelete ? CheckDelete(job)
                                                  : CheckLoad(job);
}

absl::Status CheckApplets(const JobSubject& subject,
                          const Application& application) {
  const std::vector<Bytes>& known = application.load_file.applet_aids;
  for (const JobApplet& applet : subject.applets) {
    if (std::find(known.begin(), known.end(), applet.module_aid) !=
        known.end()) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        application.name, " has no applet ", ToHex(applet.module_aid),
        "; cardferry app show lists those that it has"));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::orchestrator
