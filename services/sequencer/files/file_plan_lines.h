#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PLAN_LINES_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PLAN_LINES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "lib/card/iso7816/data_commands.h"
#include "services/sequencer/files/file_state.h"
#include "services/sequencer/files/file_tree.h"
#include "services/sequencer/plan_lines.h"

namespace cardferry::sequencer {

// What would be done with a card that holds what is recorded of it, file by
// file, and a last line with what it costs: how many packets, each of which has
// to be answered before the next can be made. Contents are never shown. Errors
// as PlanFiles.
absl::StatusOr<std::vector<PlanLine>> FilePlanLines(
    const DesiredFileTree& tree, const FileCardRecord& record,
    const card::TransferLimits& limits);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PLAN_LINES_H_
