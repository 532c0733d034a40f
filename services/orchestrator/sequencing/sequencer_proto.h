#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_SEQUENCER_PROTO_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_SEQUENCER_PROTO_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/crypto/sealed_box.h"
#include "proto/cardferry/sequencer/v1/sequencer.pb.h"
#include "services/orchestrator/sequencing/sequencer.h"

namespace cardferry::orchestrator {

// The sequencer's messages as our values. INTERNAL for one that breaks its
// contract.
absl::StatusOr<OpeningScripts> ParseOpening(
    const sequencer::v1::OpenResponse& pb);
BundleHeader ParseHeader(const sequencer::v1::BundleHeader& pb);
absl::StatusOr<Conclusion> ParseConclusion(
    const sequencer::v1::ConcludeResponse& pb);
LoadFile ParseLoadFile(const sequencer::v1::PutLoadFileResponse& pb);
std::vector<CardProfile> ParseProfiles(
    const sequencer::v1::ListProfilesResponse& pb);

sequencer::v1::PrepareRequest RenderPrepare(const Preparation& preparation);

sequencer::v1::PrepareOfflineRequest RenderOffline(
    const OfflinePreparation& preparation);
// Without its scripts, which come after it.
OfflineBundle ParseOffline(const sequencer::v1::BundleHeader& pb);

sequencer::v1::PlanRequest RenderPlan(const PlanQuestion& question);
std::vector<PlannedStep> ParsePlan(const sequencer::v1::PlanResponse& response);

// The CAP files that a card needs for this, by their hashes.
std::vector<Bytes> LoadFilesOf(const DesiredState& desired);

// A manifest with hashes where it names applications. INVALID_ARGUMENT when it
// is none; the errors of `hash_of` pass through.
absl::StatusOr<Bytes> NameLoadFiles(
    const Bytes& manifest,
    const std::function<absl::StatusOr<Bytes>(const std::string&)>& hash_of);

// A manifest for one card: with the card's facts in their places, and with what
// its record will know its personal data by, keyed hashes over data and card.
// INVALID_ARGUMENT for a fact that is not known.
absl::StatusOr<Bytes> BindToCard(const Bytes& manifest,
                                 const std::string& card_id,
                                 const crypto::SealedBox& box);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_SEQUENCER_PROTO_H_
