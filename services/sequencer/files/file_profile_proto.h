#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PROFILE_PROTO_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PROFILE_PROTO_H_

#include "absl/status/statusor.h"
#include "proto/cardferry/config/v1/card_profile.pb.h"
#include "services/sequencer/files/file_profile.h"

namespace cardferry::sequencer {

// A profile with `file_card`. INVALID_ARGUMENT, naming the field, for what is
// missing, wrong, or of other cards only.
absl::StatusOr<FileProfile> ToFileProfile(const config::v1::CardProfile& proto);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PROFILE_PROTO_H_
