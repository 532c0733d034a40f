#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_TREE_PROTO_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_TREE_PROTO_H_

#include "absl/status/statusor.h"
#include "proto/cardferry/config/v1/file_tree.pb.h"
#include "services/sequencer/files/file_tree.h"

namespace cardferry::sequencer {

// INVALID_ARGUMENT, naming the file by its path and the field, for whatever is
// missing or wrong; never with content.
absl::StatusOr<DesiredFileTree> ToFileTree(const config::v1::FileTree& proto);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_TREE_PROTO_H_
