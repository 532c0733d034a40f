#include "services/sequencer/files/file_plan.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/iso7816/file_commands.h"
#include "services/sequencer/files/file_difference.h"

namespace cardferry::sequencer {
namespace {

using card::FileLifeCycle;
using card::SelectAnswer;

constexpr uint8_t kInitialisation = 0x03;
constexpr uint8_t kActivated = 0x05;
// A warning of SELECT: the file is deactivated.
constexpr card::StatusWordPattern kDeactivatedWarning{0x6283, 0xFFFF};

class Planner {
 public:
  Planner(const DesiredFileTree& tree, const card::TransferLimits& limits)
      : limits_(limits),
        new_life_cycle_(tree.create_activated ? kActivated : kInitialisation) {}

  absl::Status Add(absl::Span<const FileComparison> comparisons);
  FilePlan Finish() && { return std::move(plan_); }

 private:
  // A file whose place is settled: nothing below it is looked at.
  bool IsBelowSettled(const FilePath& path) const;
  bool CanReadBack(const DesiredFile& file) const;

  absl::Status AddFile(const FileComparison& file);
  absl::Status AddDeactivatedDf(const FileComparison& df);
  absl::Status Create(const FileComparison& file);
  absl::Status Delete(const FileComparison& file);
  absl::Status Correct(const FileComparison& file);
  absl::Status CorrectLifeCycle(const FileComparison& file, bool content_fits);
  absl::Status Select(const FilePath& path);
  absl::Status WriteBinary(const DesiredFile& file, const Bytes& actual);
  absl::Status WriteRecords(const DesiredFile& file,
                            const std::vector<Bytes>& actual);
  absl::Status ReadBackRecords(const DesiredFile& file);
  absl::Status Write(const DesiredFile& file, const SurveyedFile& actual);

  void Send(card::CommandApdu command, std::string label,
            card::ExpectedData expected = card::AnyData()) {
    card::ScriptCommand step{std::move(command),  {card::StatusWordPattern()},
                             std::move(expected), card::OnMismatch::kStop,
                             std::move(label),    0};
    plan_.script.push_back(std::move(step));
  }

  const card::TransferLimits limits_;
  const uint8_t new_life_cycle_;
  FilePlan plan_;
  std::string label_;  // the path of the file that is worked on
  std::vector<FilePath> settled_;
  // Files that are not as they should be before this packet.
  std::vector<FilePath> unfinished_;
  // Those of which it is the life cycle alone.
  std::vector<FilePath> changing_;
};

bool IsBelow(const FilePath& path, const FilePath& df) {
  return path.size() > df.size() &&
         std::equal(df.begin(), df.end(), path.begin());
}

FilePath ParentOf(const FilePath& path) {
  return FilePath(path.begin(), path.end() - 1);
}

bool AnyBelow(const std::vector<FilePath>& paths, const FilePath& df) {
  return std::any_of(paths.begin(), paths.end(),
                     [&df](const FilePath& path) { return IsBelow(path, df); });
}

bool Planner::IsBelowSettled(const FilePath& path) const {
  return std::any_of(settled_.begin(), settled_.end(),
                     [&path](const FilePath& df) { return IsBelow(path, df); });
}

// Where nobody may read, nothing is read back.
bool Planner::CanReadBack(const DesiredFile& file) const {
  return new_life_cycle_ != kActivated ||
         file.rules.Find(card::FileAccess::kRead) != card::kNever;
}

// The MF first: when the path cannot be selected, no EF is current.
absl::Status Planner::Select(const FilePath& path) {
  Send(card::SelectFile(card::kMasterFile, SelectAnswer::kNothing), label_);
  if (path.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(card::CommandApdu select,
                   card::SelectPath(path, SelectAnswer::kNothing));
  Send(std::move(select), label_);
  plan_.script.back().accepted.push_back(kDeactivatedWarning);
  return absl::OkStatus();
}

absl::Status Planner::WriteBinary(const DesiredFile& file,
                                  const Bytes& actual) {
  const size_t common = std::min(file.content.size(), actual.size());
  size_t first = 0;
  while (first < common && file.content[first] == actual[first]) ++first;
  size_t end = file.content.size();
  while (end > first && end <= common &&
         file.content[end - 1] == actual[end - 1]) {
    --end;
  }
  const ByteSpan changed = ByteSpan(file.content).subspan(first, end - first);
  ASSIGN_OR_RETURN(std::vector<card::CommandApdu> updates,
                   card::UpdateBinary(first, changed, limits_));
  for (card::CommandApdu& update : updates) {
    Send(std::move(update), absl::StrCat("write ", label_));
  }
  if (!CanReadBack(file)) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<card::ReadBack> reads,
                   card::ReadBackBinary(first, changed, limits_));
  for (card::ReadBack& read : reads) {
    Send(std::move(read.command), absl::StrCat("read back ", label_),
         card::ExactData{std::move(read.expected)});
  }
  return absl::OkStatus();
}

absl::Status Planner::ReadBackRecords(const DesiredFile& file) {
  if (!CanReadBack(file)) return absl::OkStatus();
  for (size_t i = 0; i < file.records.size(); ++i) {
    ASSIGN_OR_RETURN(card::CommandApdu read,
                     card::ReadRecord(static_cast<uint8_t>(i + 1), limits_));
    Send(std::move(read), absl::StrCat("read back ", label_),
         card::ExactData{file.records[i]});
  }
  return absl::OkStatus();
}

absl::Status Planner::WriteRecords(const DesiredFile& file,
                                   const std::vector<Bytes>& actual) {
  const bool cyclic = file.kind == card::FileKind::kCyclic;
  const size_t count = file.records.size();
  for (size_t i = 0; i < count; ++i) {
    // The oldest first: each new record pushes the others back.
    const Bytes& record = file.records[cyclic ? count - 1 - i : i];
    const bool there = !cyclic && i < actual.size();
    if (there && actual[i] == record) continue;
    ASSIGN_OR_RETURN(
        card::CommandApdu command,
        there ? card::UpdateRecord(static_cast<uint8_t>(i + 1), record, limits_)
              : card::AppendRecord(record, limits_));
    Send(std::move(command), absl::StrCat("write ", label_));
  }
  return ReadBackRecords(file);
}

// Of the current EF.
absl::Status Planner::Write(const DesiredFile& file,
                            const SurveyedFile& actual) {
  if (!file.content.empty()) return WriteBinary(file, actual.content);
  if (!file.records.empty()) return WriteRecords(file, actual.records);
  return absl::OkStatus();
}

absl::Status Planner::Create(const FileComparison& file) {
  RETURN_IF_ERROR(Select(ParentOf(file.path)));
  ASSIGN_OR_RETURN(
      card::CommandApdu create,
      card::CreateFile(NewFileControl(*file.desired, new_life_cycle_)));
  Send(std::move(create), absl::StrCat("create ", label_));
  settled_.push_back(file.path);
  const bool more = !file.desired->children.empty() ||
                    new_life_cycle_ != kActivated || file.desired->deactivated;
  plan_.more_later = plan_.more_later || more;
  unfinished_.push_back(file.path);
  return Write(*file.desired, SurveyedFile());
}

absl::Status Planner::Delete(const FileComparison& file) {
  RETURN_IF_ERROR(Select(ParentOf(file.path)));
  Send(card::DeleteFile(file.path.back()), absl::StrCat("delete ", label_));
  settled_.push_back(file.path);
  return absl::OkStatus();
}

absl::Status Planner::CorrectLifeCycle(const FileComparison& file,
                                       bool content_fits) {
  const FileLifeCycle now =
      card::FileLifeCycleOf(file.actual->control.life_cycle);
  const bool is_deactivated = now == FileLifeCycle::kDeactivated;
  const bool is_new =
      now == FileLifeCycle::kCreation || now == FileLifeCycle::kInitialisation;
  // A new file has to be activated before it can be deactivated.
  const bool activate =
      is_new || (is_deactivated && !file.desired->deactivated);
  const bool deactivate =
      !is_new && !is_deactivated && file.desired->deactivated;
  if (!activate && !deactivate) return absl::OkStatus();
  const bool finished = content_fits && !AnyBelow(unfinished_, file.path);
  if ((is_new && !finished) ||
      (deactivate && (!finished || AnyBelow(changing_, file.path)))) {
    plan_.more_later = true;
    return absl::OkStatus();
  }
  changing_.push_back(file.path);
  RETURN_IF_ERROR(Select(file.path));
  Send(activate ? card::ActivateFile() : card::DeactivateFile(),
       absl::StrCat(activate ? "activate " : "deactivate ", label_));
  // What it holds could not be read, or it is to be deactivated again.
  const bool more = activate && (is_deactivated || file.desired->deactivated);
  plan_.more_later = plan_.more_later || more;
  return absl::OkStatus();
}

absl::Status Planner::Correct(const FileComparison& file) {
  const bool fits = ContentMatches(*file.desired, *file.actual);
  if (!file.actual->readable) {
    plan_.notes.push_back(absl::StrCat(label_, ": its content cannot be read"));
  }
  if (!fits) {
    unfinished_.push_back(file.path);
    RETURN_IF_ERROR(Select(file.path));
    RETURN_IF_ERROR(Write(*file.desired, *file.actual));
  }
  return CorrectLifeCycle(file, fits);
}

absl::Status Planner::AddFile(const FileComparison& file) {
  if (file.desired->absent) {
    return file.actual.has_value() ? Delete(file) : absl::OkStatus();
  }
  if (!file.actual.has_value()) return Create(file);
  auto obstacle = ObstacleIn(*file.desired, *file.actual);
  if (card::FileLifeCycleOf(file.actual->control.life_cycle) ==
      FileLifeCycle::kTerminated) {
    obstacle = "it is terminated";
  }
  if (!obstacle.has_value()) return Correct(file);
  if (!file.desired->replace) {
    return absl::FailedPreconditionError(absl::StrCat(
        *obstacle, "; delete it, or let it be replaced with all below it"));
  }
  RETURN_IF_ERROR(Delete(file));
  return Create(file);
}

// What is below it can neither be read nor changed.
absl::Status Planner::AddDeactivatedDf(const FileComparison& df) {
  settled_.push_back(df.path);
  if (df.desired->deactivated) {
    if (!df.desired->children.empty()) {
      plan_.notes.push_back(absl::StrCat(
          label_, ": it is deactivated, and what is below it not compared"));
    }
    return absl::OkStatus();
  }
  unfinished_.push_back(df.path);
  plan_.more_later = true;
  RETURN_IF_ERROR(Select(df.path));
  Send(card::ActivateFile(), absl::StrCat("activate ", label_));
  return absl::OkStatus();
}

// A DF that is there and stays.
bool IsStayingDf(const FileComparison& file) {
  return file.actual.has_value() && !file.desired->absent &&
         file.desired->kind == card::FileKind::kDf &&
         card::FileLifeCycleOf(file.actual->control.life_cycle) !=
             FileLifeCycle::kTerminated &&
         !ObstacleIn(*file.desired, *file.actual).has_value();
}

absl::Status Planner::Add(absl::Span<const FileComparison> comparisons) {
  // A DF comes before what is below it, which it may settle; the life cycle of
  // one that stays comes after it.
  std::vector<const FileComparison*> staying;
  for (const FileComparison& file : comparisons) {
    if (IsBelowSettled(file.path)) continue;
    label_ = PathText(file.path);
    absl::Status status;
    if (!IsStayingDf(file)) {
      status = AddFile(file);
    } else if (card::FileLifeCycleOf(file.actual->control.life_cycle) ==
               FileLifeCycle::kDeactivated) {
      status = AddDeactivatedDf(file);
    } else {
      staying.push_back(&file);
    }
    RETURN_IF_ERROR(Annotate(status, absl::StrCat("file ", label_)));
  }
  for (auto df = staying.rbegin(); df != staying.rend(); ++df) {
    label_ = PathText((*df)->path);
    RETURN_IF_ERROR(Annotate(AddFile(**df), absl::StrCat("file ", label_)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FilePlan> PlanFiles(const DesiredFileTree& tree,
                                   absl::Span<const FileComparison> comparisons,
                                   const card::TransferLimits& limits) {
  Planner planner(tree, limits);
  RETURN_IF_ERROR(planner.Add(comparisons));
  FilePlan plan = std::move(planner).Finish();
  if (plan.script.size() > card::kMaxScriptCommands) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the changes take ", plan.script.size(), " commands; at most ",
        card::kMaxScriptCommands, " fit one packet: divide the file tree"));
  }
  return plan;
}

}  // namespace cardferry::sequencer
