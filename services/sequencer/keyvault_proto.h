#ifndef CARDFERRY_SERVICES_SEQUENCER_KEYVAULT_PROTO_H_
#define CARDFERRY_SERVICES_SEQUENCER_KEYVAULT_PROTO_H_

#include <vector>

#include "absl/status/statusor.h"
#include "proto/cardferry/keyvault/v1/keyvault.pb.h"
#include "services/sequencer/keyvault.h"

namespace cardferry::sequencer {

// The keyvault's messages. Parsing fails with INTERNAL: both ends are ours.
keyvault::v1::AuthenticateRequest RenderHandshake(
    const Keyvault::Handshake& handshake);

keyvault::v1::OpenPredictedRequest RenderPrediction(
    const Keyvault::Prediction& prediction);
absl::StatusOr<Keyvault::PredictedSession> ParsePredicted(
    const keyvault::v1::OpenPredictedResponse& response);

absl::StatusOr<std::vector<Keyvault::Opening>> ParseOpenings(
    const keyvault::v1::IssueOpeningsResponse& response, int wanted);
absl::StatusOr<Keyvault::Session> ParseSession(
    const keyvault::v1::AuthenticateResponse& response);
absl::StatusOr<std::vector<card::CommandApdu>> ParseProtected(
    const keyvault::v1::ProtectResponse& response, size_t wanted);

keyvault::v1::VerifyResponsesRequest RenderPacket(
    const Keyvault::Packet& packet);
absl::StatusOr<std::vector<Keyvault::VerifiedAnswer>> ParseVerified(
    const keyvault::v1::VerifyResponsesResponse& response, size_t wanted);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_KEYVAULT_PROTO_H_
