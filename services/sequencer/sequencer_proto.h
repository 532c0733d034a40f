#ifndef CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_PROTO_H_
#define CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_PROTO_H_

#include <vector>

#include "absl/status/statusor.h"
#include "proto/cardferry/sequencer/v1/sequencer.pb.h"
#include "services/sequencer/conclusion.h"
#include "services/sequencer/load_file_cache.h"
#include "services/sequencer/sequencer.h"

namespace cardferry::sequencer {

// Our own messages. Parsing fails with INVALID_ARGUMENT and says which field.
absl::StatusOr<Sequencer::OpeningAnswers> ParseAnswers(
    const std::string& identify_transcript,
    const std::string& challenge_transcript);

// NOT_FOUND for a load file that is not in the cache.
absl::StatusOr<Sequencer::Request> ParsePrepare(
    const v1::PrepareRequest& request, LoadFileCache& load_files);

// The same errors.
absl::StatusOr<Sequencer::OfflineRequest> ParseOffline(
    const v1::PrepareOfflineRequest& request, LoadFileCache& load_files);

// What a plan without a card is made from. The same errors.
struct PlanQuestion {
  DesiredState desired;
  std::optional<CardRecord> record;
  std::string profile;
};
absl::StatusOr<PlanQuestion> ParsePlan(const v1::PlanRequest& request,
                                       LoadFileCache& load_files);
void Render(const std::vector<PlanLine>& lines, v1::PlanResponse& response);

// Everything about a bundle but its parts.
v1::PrepareResponse RenderHeader(const Sequencer::Prepared& prepared);
v1::PrepareResponse RenderHeader(const Sequencer::OfflinePacket& packet);
// The parts in order, each of at most 60 KB.
std::vector<v1::PrepareResponse> RenderParts(
    const Sequencer::Prepared& prepared);

void Render(const std::vector<Sequencer::Opening>& openings,
            v1::OpenResponse& response);
void Render(const Sequencer::Identity& identity,
            v1::IdentifyResponse& response);
void Render(const Conclusion& conclusion, v1::ConcludeResponse& response);
void Render(const std::vector<CardProfile>& profiles,
            v1::ListProfilesResponse& response);
// `load_file_bytes` is without Descriptor: what most cards are sent.
absl::Status Render(const LoadFile& file, v1::PutLoadFileResponse& response);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_PROTO_H_
