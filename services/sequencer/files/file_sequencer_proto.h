#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_SEQUENCER_PROTO_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_SEQUENCER_PROTO_H_

#include <vector>

#include "absl/status/statusor.h"
#include "proto/cardferry/sequencer/v1/sequencer.pb.h"
#include "services/sequencer/files/file_sequencer.h"

namespace cardferry::sequencer {

// INVALID_ARGUMENT when the desired state has packages or applications, which a
// file-oriented card does not hold.
absl::StatusOr<FileSequencer::Request> ParseFileRequest(
    const v1::PrepareRequest& request, const FileClaim& claim);
// The encoded file tree of a desired state; the same error.
absl::StatusOr<std::string> TreeOf(const v1::DesiredState& desired);

// The header, then the parts in order.
std::vector<v1::PrepareResponse> Render(
    const FileSequencer::Prepared& prepared);
void Render(const FileSequencer::Conclusion& conclusion,
            v1::ConcludeResponse& response);
void Render(const std::vector<FileProfile>& profiles,
            v1::ListProfilesResponse& response);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_SEQUENCER_PROTO_H_
