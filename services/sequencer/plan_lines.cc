#include "services/sequencer/plan_lines.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cardferry::sequencer {
namespace {

using Kind = PlanLine::Kind;

// How many commands of the bundle are about this.
size_t CommandsAbout(const Bundle& bundle, const card::Aid& subject,
                     bool deletes) {
  size_t commands = 0;
  for (const CommandRun& run : bundle.runs) {
    if (!IsChange(run.kind) || IsDelete(run.kind) != deletes) continue;
    if (run.subject == subject) commands += run.count;
  }
  return commands;
}

class Writer {
 public:
  explicit Writer(const Bundle& bundle) : bundle_(bundle) {}

  void operator()(const DeleteApplicationStep& step) {
    Remove(step.application, absl::StrCat("applet ", step.application.ToHex()));
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
    const std::string of =
        what.module == what.instance
            ? ""
            : absl::StrCat(" of module ", what.module.ToHex());
    Add(what.instance, absl::StrCat("applet ", what.instance.ToHex(), of));
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
    lines_.push_back(
        {Kind::kRemove, std::move(text), CommandsAbout(bundle_, aid, true)});
  }
  void Add(const card::Aid& aid, std::string text) {
    touched_.insert(aid);
    lines_.push_back(
        {Kind::kAdd, std::move(text), CommandsAbout(bundle_, aid, false)});
  }

  const Bundle& bundle_;
  std::set<card::Aid> touched_;
  std::vector<PlanLine> lines_;
  std::vector<PlanLine> kept_;
};

}  // namespace

std::vector<PlanLine> PlanLines(const DesiredState& desired,
                                const CardContent& actual,
                                const ContentPlan& plan, const Bundle& bundle) {
  Writer writer(bundle);
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
  return writer.TakeLines();
}

}  // namespace cardferry::sequencer
