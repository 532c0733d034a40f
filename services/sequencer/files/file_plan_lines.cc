#include "services/sequencer/files/file_plan_lines.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/sequencer/files/file_difference.h"
#include "services/sequencer/files/file_plan.h"

namespace cardferry::sequencer {
namespace {

void AddComparisons(const std::vector<DesiredFile>& files,
                    const FilePath& parent, const FileCardRecord& record,
                    std::vector<FileComparison>& out) {
  for (const DesiredFile& file : files) {
    FileComparison one;
    one.path = parent;
    one.path.push_back(file.id);
    one.desired = &file;
    if (const SurveyedFile* seen = record.Find(one.path)) one.actual = *seen;
    out.push_back(one);
    AddComparisons(file.children, one.path, record, out);
  }
}

// How many packets of changes a file that is not there takes after the one
// that makes it: one for what is in a DF.
size_t LevelsBelow(const DesiredFile& file) {
  size_t levels = 0;
  for (const DesiredFile& child : file.children) {
    levels = std::max(levels, 1 + LevelsBelow(child));
  }
  return levels;
}

// Packets of changes, at least.
size_t ChangePackets(const DesiredFileTree& tree,
                     const std::vector<FileComparison>& files,
                     const FilePlan& plan) {
  if (plan.converged()) return 0;
  size_t levels = 0;
  bool creates = false;
  bool deactivates = false;
  for (const FileComparison& file : files) {
    if (file.actual.has_value() || file.desired->absent) continue;
    creates = true;
    levels = std::max(levels, LevelsBelow(*file.desired));
    deactivates = deactivates || file.desired->deactivated;
  }
  const size_t activation = creates && !tree.create_activated ? 1 : 0;
  return 1 + levels + activation + (deactivates ? 1 : 0);
}

size_t CommandsAbout(const FilePlan& plan, const std::string& path) {
  return static_cast<size_t>(std::count_if(
      plan.script.begin(), plan.script.end(), [&path](const auto& step) {
        const uint8_t ins = step.command.header().ins;
        return ins != 0xA4 && (ins & 0xFE) != 0xB0 && ins != 0xB2 &&
               absl::EndsWith(step.label, absl::StrCat(" ", path));
      }));
}

PlanLine LineOf(const FileComparison& file, const FilePlan& plan) {
  const std::string path = PathText(file.path);
  const size_t commands = CommandsAbout(plan, path);
  if (file.desired->absent) {
    return {file.actual.has_value() ? PlanLine::Kind::kRemove
                                    : PlanLine::Kind::kKeep,
            absl::StrCat("file ", path,
                         file.actual.has_value() ? " and all below it"
                                                 : " is not there"),
            commands};
  }
  const std::string text =
      absl::StrCat("file ", path, ": ", card::FileKindName(file.desired->kind));
  if (!file.actual.has_value()) return {PlanLine::Kind::kAdd, text, commands};
  if (commands == 0) return {PlanLine::Kind::kKeep, text, 0};
  return {PlanLine::Kind::kAdd, absl::StrCat(text, ", changed"), commands};
}

}  // namespace

absl::StatusOr<std::vector<PlanLine>> FilePlanLines(
    const DesiredFileTree& tree, const FileCardRecord& record,
    const card::TransferLimits& limits) {
  std::vector<FileComparison> files;
  AddComparisons(tree.files, {}, record, files);
  ASSIGN_OR_RETURN(const FilePlan plan, PlanFiles(tree, files, limits));
  std::vector<PlanLine> lines;
  for (const FileComparison& file : files) {
    lines.push_back(LineOf(file, plan));
  }
  for (const std::string& note : plan.notes) {
    lines.push_back({PlanLine::Kind::kKeep, note, 0});
  }
  const size_t packets = 2 + ChangePackets(tree, files, plan);
  lines.push_back(
      {PlanLine::Kind::kKeep,
       absl::StrCat("at least ", packets,
                    " packets in one session, each asked of the server while "
                    "the card waits (authentication, reading, changes)"),
       0});
  return lines;
}

}  // namespace cardferry::sequencer
