#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PLAN_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/card/iso7816/data_commands.h"
#include "lib/card/script/script.h"
#include "services/sequencer/files/file_survey.h"
#include "services/sequencer/files/file_tree.h"

namespace cardferry::sequencer {

// One packet of changes, and what it leaves for later ones.
struct FilePlan {
  // Empty: nothing is to be changed now.
  card::Script script;
  // Changes wait until a survey has shown that this packet's are there.
  bool more_later = false;
  // What cannot be compared, in words: "5000/0101: its content cannot be read".
  std::vector<std::string> notes;

  bool converged() const { return script.empty() && !more_later; }
};

// The changes that lead from what the card said to what is desired, as far as
// they are safe under any prefix and when the terminal goes on past an error:
//   * what is created gets its content at once, because there is no current EF
//     when CREATE FILE fails; the content is read back;
//   * what is in a new DF, and the activation of a new file, come in a later
//     packet, when a survey has shown the file: else a failed CREATE FILE would
//     turn them onto another file;
//   * a DF is activated with or after all below it.
// FAILED_PRECONDITION, naming the file, when what is there is in the way and
// may not be replaced, or is terminated. RESOURCE_EXHAUSTED for a record longer
// than a command, INVALID_ARGUMENT for more than a script has.
absl::StatusOr<FilePlan> PlanFiles(const DesiredFileTree& tree,
                                   absl::Span<const FileComparison> comparisons,
                                   const card::TransferLimits& limits);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PLAN_H_
