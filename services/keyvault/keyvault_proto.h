#ifndef CARDFERRY_SERVICES_KEYVAULT_KEYVAULT_PROTO_H_
#define CARDFERRY_SERVICES_KEYVAULT_KEYVAULT_PROTO_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/card/apdu/command_apdu.h"
#include "proto/cardferry/keyvault/v1/keyvault.pb.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/opening_desk.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {

// The interface's messages as the domain's types and back; nothing else of the
// keyvault knows the messages. Parsing: INVALID_ARGUMENT.

absl::StatusOr<OperationClass> ParseOperationClass(v1::OperationClass value);
scp::ChannelQuirks ParseQuirks(const v1::ChannelQuirks& message);
absl::StatusOr<Handshake> ParseHandshake(
    const v1::AuthenticateRequest& request);
absl::StatusOr<ClaimedCard> ParseCard(const v1::ForgetFailuresRequest& request);
// The message says which command is wrong.
absl::StatusOr<std::vector<card::CommandApdu>> ParseCommands(
    const google::protobuf::RepeatedPtrField<std::string>& commands);
// The same for the answers.
absl::StatusOr<SessionPacket> ParsePacket(
    const v1::VerifyResponsesRequest& request);

void Render(const std::vector<IssuedOpening>& openings,
            v1::IssueOpeningsResponse& response);
void Render(const Session& session, v1::AuthenticateResponse& response);
void Render(const ProtectedCommands& batch, v1::ProtectResponse& response);
void Render(const std::vector<VerifiedAnswer>& answers,
            v1::VerifyResponsesResponse& response);
void Render(const Statistics& statistics, v1::GetStatisticsResponse& response);
void Render(const std::vector<KeySetDescription>& key_sets,
            v1::ListKeySetsResponse& response);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_KEYVAULT_PROTO_H_
