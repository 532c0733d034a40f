#include "services/sequencer/files/file_survey.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/iso7816/file_commands.h"
#include "lib/card/status_words/explain.h"

namespace cardferry::sequencer {
namespace {

constexpr card::StatusWord kNotFound{0x6A82};
constexpr card::StatusWord kRecordNotFound{0x6A83};

// Nothing that a card says stops a survey.
constexpr card::StatusWordPattern kAnything{0x0000, 0x0000};

// 9000 and warnings: 62xx says that the file is deactivated or terminated.
bool IsSelected(card::StatusWord sw) {
  return sw == card::kSuccess || sw.sw1() == 0x62;
}

absl::Status WrongCount(size_t seen, size_t wanted) {
  return absl::InvalidArgumentError(
      absl::StrCat("a survey of ", wanted, " commands has ", seen, " answers"));
}

bool ReadBinaryAnswers(absl::Span<const card::ScriptCommand> commands,
                       absl::Span<const card::ResponseApdu> answers,
                       Bytes& content) {
  for (size_t i = 0; i < commands.size(); ++i) {
    // 6282: the file ends there.
    if (!IsSelected(answers[i].sw)) return false;
    const auto part = card::BinaryContent(commands[i].command, answers[i].data);
    if (!part.ok()) return false;
    Append(content, *part);
  }
  return true;
}

bool ReadRecordAnswers(absl::Span<const card::ResponseApdu> answers,
                       std::vector<Bytes>& records) {
  for (const card::ResponseApdu& answer : answers) {
    if (answer.sw == kRecordNotFound) return true;
    if (!IsSelected(answer.sw)) return false;
    records.push_back(answer.data);
  }
  return true;
}

}  // namespace

absl::StatusOr<FileSurvey> FileSurvey::Create(
    const DesiredFileTree& tree, const card::TransferLimits& limits) {
  FileSurvey survey;
  RETURN_IF_ERROR(survey.AddFiles(tree.files, {}, limits));
  if (survey.script_.size() > card::kMaxScriptCommands) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file tree takes ", survey.script_.size(),
                     " commands to read; at most ", card::kMaxScriptCommands,
                     " fit one packet: divide it"));
  }
  return survey;
}

void FileSurvey::Add(card::CommandApdu command, const FilePath& path) {
  card::ScriptCommand step{std::move(command),
                           {kAnything},
                           card::AnyData(),
                           card::OnMismatch::kContinue,
                           absl::StrCat("look at ", PathText(path)),
                           0};
  script_.push_back(std::move(step));
}

absl::Status FileSurvey::AddFiles(const std::vector<DesiredFile>& files,
                                  const FilePath& parent,
                                  const card::TransferLimits& limits) {
  for (const DesiredFile& file : files) {
    FilePath path = parent;
    path.push_back(file.id);
    const size_t first = script_.size();
    RETURN_IF_ERROR(AddFile(file, path, limits));
    parts_.push_back({path, &file, first, script_.size()});
    RETURN_IF_ERROR(AddFiles(file.children, path, limits));
  }
  return absl::OkStatus();
}

absl::Status FileSurvey::AddFile(const DesiredFile& file, const FilePath& path,
                                 const card::TransferLimits& limits) {
  ASSIGN_OR_RETURN(card::CommandApdu select,
                   card::SelectPath(path, card::SelectAnswer::kFileControl));
  Add(std::move(select), path);
  if (file.absent) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<card::CommandApdu> reads,
                   card::ReadBinary(0, file.content.size(), limits));
  for (const card::CommandApdu& read : reads) Add(read, path);
  if (file.records.empty()) return absl::OkStatus();
  // One more than is desired, when there can be: it may be one too many.
  const bool linear = file.kind != card::FileKind::kCyclic;
  const size_t extra =
      linear && file.records.size() < file.record_count ? 1 : 0;
  for (size_t i = 1; i <= file.records.size() + extra; ++i) {
    ASSIGN_OR_RETURN(card::CommandApdu read,
                     card::ReadRecord(static_cast<uint8_t>(i), limits));
    Add(std::move(read), path);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<SurveyedFile>> FileSurvey::ConcludePart(
    const Part& part, absl::Span<const card::ResponseApdu> answers) const {
  const card::ResponseApdu& selected = answers[0];
  if (selected.sw == kNotFound) return std::nullopt;
  if (!IsSelected(selected.sw)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the card answers SELECT with ", card::Describe(selected.sw)));
  }
  const auto control = card::ParseFileControl(selected.data);
  if (!control.ok()) {
    return absl::FailedPreconditionError(control.status().message());
  }
  SurveyedFile file;
  file.control = *control;
  const auto rest = answers.subspan(1);
  const auto commands =
      absl::MakeSpan(script_).subspan(part.first + 1, rest.size());
  if (!part.file->content.empty()) {
    file.readable = ReadBinaryAnswers(commands, rest, file.content);
  } else if (!part.file->records.empty()) {
    file.readable = ReadRecordAnswers(rest, file.records);
  }
  return file;
}

absl::StatusOr<std::vector<FileComparison>> FileSurvey::Conclude(
    absl::Span<const card::ResponseApdu> answers) const {
  if (answers.size() != script_.size()) {
    return WrongCount(answers.size(), script_.size());
  }
  std::vector<FileComparison> comparisons;
  for (const Part& part : parts_) {
    auto actual =
        ConcludePart(part, answers.subspan(part.first, part.end - part.first));
    if (!actual.ok()) {
      return Annotate(actual.status(),
                      absl::StrCat("file ", PathText(part.path)));
    }
    comparisons.push_back({part.path, part.file, *std::move(actual)});
  }
  return comparisons;
}

}  // namespace cardferry::sequencer
