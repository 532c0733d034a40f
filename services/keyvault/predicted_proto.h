#ifndef CARDFERRY_SERVICES_KEYVAULT_PREDICTED_PROTO_H_
#define CARDFERRY_SERVICES_KEYVAULT_PREDICTED_PROTO_H_

#include <vector>

#include "absl/status/statusor.h"
#include "proto/cardferry/keyvault/v1/keyvault.pb.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {

// keyvault_proto.h for sessions without their cards. Parsing:
// INVALID_ARGUMENT.
absl::StatusOr<PredictedRequest> ParsePredicted(
    const v1::OpenPredictedRequest& request);

void Render(const PredictedSession& predicted,
            v1::OpenPredictedResponse& response);
void Render(const std::vector<LiveSession>& live,
            v1::ListLivePacketsResponse& response);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_PREDICTED_PROTO_H_
