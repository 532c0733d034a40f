#ifndef CARDFERRY_SERVICES_SEQUENCER_CARD_PROFILE_PROTO_H_
#define CARDFERRY_SERVICES_SEQUENCER_CARD_PROFILE_PROTO_H_

#include "absl/status/statusor.h"
#include "proto/cardferry/config/v1/card_profile.pb.h"
#include "services/sequencer/card_profile.h"

namespace cardferry::sequencer {

// INVALID_ARGUMENT, naming the field, for whatever is missing or wrong.
absl::StatusOr<CardProfile> ToCardProfile(const config::v1::CardProfile& proto);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CARD_PROFILE_PROTO_H_
