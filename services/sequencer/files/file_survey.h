#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_SURVEY_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_SURVEY_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/iso7816/data_commands.h"
#include "lib/card/iso7816/file_control.h"
#include "lib/card/script/script.h"
#include "services/sequencer/files/file_tree.h"

namespace cardferry::sequencer {

// What a card said of one file.
struct SurveyedFile {
  card::FileControl control;
  // Whether its content could be read: it is not compared otherwise.
  bool readable = true;
  Bytes content;               // as far as a content is desired
  std::vector<Bytes> records;  // as many as are desired, and one more
};

// One file of the desired tree, after its DF, with what the card said of it.
struct FileComparison {
  FilePath path;
  const DesiredFile* desired = nullptr;
  std::optional<SurveyedFile> actual;  // nullopt: it is not there
};

// Reads all that a desired tree names, changing nothing.
class FileSurvey {
 public:
  // `tree` lives longer. INVALID_ARGUMENT for a tree with more commands than a
  // script has, or limits that no APDU has.
  static absl::StatusOr<FileSurvey> Create(const DesiredFileTree& tree,
                                           const card::TransferLimits& limits);

  // SELECT of each file by its path, and reads of its content. They go on after
  // every answer: a file that is not there answers 6A82, and what its reads
  // answer then does not count.
  const card::Script& script() const { return script_; }

  // The card's answers to script(), all of them: INVALID_ARGUMENT otherwise.
  // FAILED_PRECONDITION, naming the file, for an answer to SELECT that is
  // neither its parameters nor 6A82 (not found).
  absl::StatusOr<std::vector<FileComparison>> Conclude(
      absl::Span<const card::ResponseApdu> answers) const;

 private:
  // The files of a DF, after the DF; commands from `first` to before `end`.
  struct Part {
    FilePath path;
    const DesiredFile* file;
    size_t first;
    size_t end;
  };

  FileSurvey() = default;

  absl::Status AddFiles(const std::vector<DesiredFile>& files,
                        const FilePath& parent,
                        const card::TransferLimits& limits);
  absl::Status AddFile(const DesiredFile& file, const FilePath& path,
                       const card::TransferLimits& limits);
  void Add(card::CommandApdu command, const FilePath& path);
  absl::StatusOr<std::optional<SurveyedFile>> ConcludePart(
      const Part& part, absl::Span<const card::ResponseApdu> answers) const;

  card::Script script_;
  std::vector<Part> parts_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_SURVEY_H_
