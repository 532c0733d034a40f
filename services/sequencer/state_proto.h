#ifndef CARDFERRY_SERVICES_SEQUENCER_STATE_PROTO_H_
#define CARDFERRY_SERVICES_SEQUENCER_STATE_PROTO_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/card_record.h"

namespace cardferry::sequencer {

// Card records and bundle states as bytes (state.proto). Reading refuses with
// INVALID_ARGUMENT what writing would not write: more bytes or items than the
// limits, another version, identifiers and lists that are not well formed.
inline constexpr size_t kMaxRecordBytes = 64 << 10;
// With the packet of a session with R-MAC in it.
inline constexpr size_t kMaxBundleStateBytes = 640 << 10;

std::string EncodeCardRecord(const CardRecord& record);
absl::StatusOr<CardRecord> DecodeCardRecord(const std::string& bytes);

std::string EncodeBundleState(const BundleState& state);
absl::StatusOr<BundleState> DecodeBundleState(const std::string& bytes);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_STATE_PROTO_H_
