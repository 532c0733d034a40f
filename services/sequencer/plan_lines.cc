#include "services/sequencer/plan_lines.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/sequencer/registry_entry.h"

namespace cardferry::sequencer {
namespace {

using Kind = PlanLine::Kind;

// Which line counts a command.
Kind LineOf(CommandKind kind) {
  if (IsDelete(kind)) return Kind::kRemove;
  const bool adds = kind == CommandKind::kInstallForLoad ||
                    kind == CommandKind::kLoad || kind == CommandKind::kInstall;
  return adds ? Kind::kAdd : Kind::kChange;
}

// How many commands of the bundle are about this, for a line of this kind.
size_t CommandsAbout(const Bundle& bundle, const card::Aid& subject,
                     Kind kind) {
  size_t commands = 0;
  for (const CommandRun& run : bundle.runs) {
    if (!IsChange(run.kind) || LineOf(run.kind) != kind) continue;
    if (run.subject == subject) commands += run.count;
  }
  return commands;
}

class Writer {
 public:
  Writer(const Bundle& bundle, const StoredData& stored)
      : bundle_(bundle), stored_(stored) {}

  void operator()(const DeleteApplicationStep& step) {
    const bool has_data = stored_.count(step.application) > 0;
    Remove(step.application,
           absl::StrCat("applet ", step.application.ToHex(),
                        has_data ? " with its personal data" : ""));
  }
  void operator()(const DeletePackageStep& step) {
    const bool related = step.related == card::DeleteRelated::kYes;
    Remove(step.package,
           absl::StrCat("package ", step.package.ToHex(),
                        related ? " with everything installed from it" : ""));
  }
  void operator()(const LoadStep& step) {
    const card::PackageVersion& package = step.file->cap.package();
    Add(package.aid, absl::StrCat("package ", package.ToString()));
  }
  void operator()(const InstallStep& step) {
    const card::Installation& what = step.installation;
    const bool is_domain =
        (PrivilegeBits(what.privileges) & kSecurityDomainPrivilege) != 0;
    const std::string of =
        is_domain || what.module == what.instance
            ? ""
            : absl::StrCat(" of module ", what.module.ToHex());
    Add(what.instance, absl::StrCat(is_domain ? "security domain " : "applet ",
                                    what.instance.ToHex(), of));
  }
  void operator()(const MakeSelectableStep& step) {
    Change(step.application, "selectable");
  }
  void operator()(const LockStep& step) {
    Change(step.application, step.locked ? "locked" : "unlocked");
  }
  void operator()(const UpdatePrivilegesStep& step) {
    Change(step.application,
           absl::StrCat("privileges ", ToHex(step.privileges)));
  }
  void operator()(const ExtraditeStep& step) {
    Change(step.what,
           absl::StrCat("to security domain ", step.security_domain.ToHex()));
  }
  void operator()(const PersonalizeStep& step) {
    Change(step.application, "personal data");
  }

  // What no step is about.
  void Keep(const card::Aid& aid, std::string text) {
    if (touched_.count(aid) > 0) return;
    kept_.push_back({Kind::kKeep, std::move(text)});
  }

  std::vector<PlanLine> TakeLines() {
    kept_.insert(kept_.end(), lines_.begin(), lines_.end());
    return std::move(kept_);
  }

 private:
  void Remove(const card::Aid& aid, std::string text) {
    touched_.insert(aid);
    lines_.push_back({Kind::kRemove, std::move(text),
                      CommandsAbout(bundle_, aid, Kind::kRemove)});
  }
  void Add(const card::Aid& aid, std::string text) {
    touched_.insert(aid);
    lines_.push_back(
        {Kind::kAdd, std::move(text), CommandsAbout(bundle_, aid, Kind::kAdd)});
  }
  // All changes of one thing make one line.
  void Change(const card::Aid& aid, absl::string_view what) {
    touched_.insert(aid);
    const auto [place, is_new] = changes_.emplace(aid, lines_.size());
    if (!is_new) {
      absl::StrAppend(&lines_[place->second].text, ", ", what);
      return;
    }
    lines_.push_back({Kind::kChange, absl::StrCat(aid.ToHex(), ": ", what),
                      CommandsAbout(bundle_, aid, Kind::kChange)});
  }

  const Bundle& bundle_;
  const StoredData& stored_;
  std::set<card::Aid> touched_;
  std::map<card::Aid, size_t> changes_;  // their lines
  std::vector<PlanLine> lines_;
  std::vector<PlanLine> kept_;
};

}  // namespace

std::vector<PlanLine> PlanLines(const DesiredState& desired,
                                const CardContent& actual,
                                const ContentPlan& plan, const Bundle& bundle,
                                const StoredData& stored) {
  Writer writer(bundle, stored);
  for (const ContentStep& step : plan.steps) std::visit(writer, step);
  for (const DesiredPackage& package : desired.packages) {
    const card::Aid& aid = package.package().aid;
    if (actual.FindLoadFile(aid) != nullptr) {
      writer.Keep(aid, absl::StrCat("package ", package.package().ToString()));
    }
    for (const DesiredApplet& applet : package.applets) {
      if (actual.FindApplication(applet.instance) == nullptr) continue;
      writer.Keep(applet.instance,
                  absl::StrCat("applet ", applet.instance.ToHex()));
    }
  }
  for (const DesiredDomain& domain : desired.domains) {
    const card::Aid& aid = domain.domain.instance;
    if (actual.FindApplication(aid) == nullptr) continue;
    writer.Keep(aid, absl::StrCat("security domain ", aid.ToHex()));
  }
  for (const DesiredApplet& application : desired.applications) {
    writer.Keep(application.instance,
                absl::StrCat("application ", application.instance.ToHex()));
  }
  return writer.TakeLines();
}

}  // namespace cardferry::sequencer
