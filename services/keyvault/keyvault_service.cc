#include "services/keyvault/keyvault_service.h"

#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"
#include "services/keyvault/keyvault_proto.h"
#include "services/keyvault/predicted_proto.h"

namespace cardferry::keyvault {

grpc::Status KeyVaultService::IssueOpenings(
    grpc::ServerContext*, const v1::IssueOpeningsRequest* request,
    v1::IssueOpeningsResponse* response) {
  return rpc::ToGrpc(IssueOpenings(*request, *response));
}

grpc::Status KeyVaultService::Authenticate(
    grpc::ServerContext*, const v1::AuthenticateRequest* request,
    v1::AuthenticateResponse* response) {
  return rpc::ToGrpc(Authenticate(*request, *response));
}

grpc::Status KeyVaultService::Protect(grpc::ServerContext*,
                                      const v1::ProtectRequest* request,
                                      v1::ProtectResponse* response) {
  return rpc::ToGrpc(Protect(*request, *response));
}

grpc::Status KeyVaultService::VerifyResponses(
    grpc::ServerContext*, const v1::VerifyResponsesRequest* request,
    v1::VerifyResponsesResponse* response) {
  return rpc::ToGrpc(VerifyResponses(*request, *response));
}

grpc::Status KeyVaultService::OpenPredicted(
    grpc::ServerContext*, const v1::OpenPredictedRequest* request,
    v1::OpenPredictedResponse* response) {
  return rpc::ToGrpc(OpenPredicted(*request, *response));
}

absl::Status KeyVaultService::IssueOpenings(
    const v1::IssueOpeningsRequest& request,
    v1::IssueOpeningsResponse& response) {
  ASSIGN_OR_RETURN(const std::vector<IssuedOpening> issued,
                   vault_.IssueOpenings({request.agent(), request.reader()},
                                        request.count()));
  Render(issued, response);
  return absl::OkStatus();
}

absl::Status KeyVaultService::Authenticate(
    const v1::AuthenticateRequest& request,
    v1::AuthenticateResponse& response) {
  ASSIGN_OR_RETURN(const Handshake handshake, ParseHandshake(request));
  ASSIGN_OR_RETURN(const Session session, vault_.Authenticate(handshake));
  Render(session, response);
  return absl::OkStatus();
}

absl::Status KeyVaultService::Protect(const v1::ProtectRequest& request,
                                      v1::ProtectResponse& response) {
  ASSIGN_OR_RETURN(const std::vector<card::CommandApdu> commands,
                   ParseCommands(request.commands()));
  ASSIGN_OR_RETURN(const ProtectedCommands batch,
                   vault_.Protect(AsBytes(request.command_token()), commands));
  Render(batch, response);
  return absl::OkStatus();
}

absl::Status KeyVaultService::VerifyResponses(
    const v1::VerifyResponsesRequest& request,
    v1::VerifyResponsesResponse& response) {
  ASSIGN_OR_RETURN(const SessionPacket packet, ParsePacket(request));
  ASSIGN_OR_RETURN(
      const std::vector<VerifiedAnswer> answers,
      vault_.VerifyResponses(AsBytes(request.verify_token()), packet));
  Render(answers, response);
  return absl::OkStatus();
}

absl::Status KeyVaultService::OpenPredicted(
    const v1::OpenPredictedRequest& request,
    v1::OpenPredictedResponse& response) {
  ASSIGN_OR_RETURN(const PredictedRequest wanted, ParsePredicted(request));
  ASSIGN_OR_RETURN(const PredictedSession predicted,
                   vault_.OpenPredicted(wanted));
  Render(predicted, response);
  return absl::OkStatus();
}

grpc::Status KeyVaultAdminService::GetStatistics(
    grpc::ServerContext*, const v1::GetStatisticsRequest*,
    v1::GetStatisticsResponse* response) {
  Render(vault_.GetStatistics(), *response);
  return grpc::Status::OK;
}

grpc::Status KeyVaultAdminService::ListKeySets(
    grpc::ServerContext*, const v1::ListKeySetsRequest*,
    v1::ListKeySetsResponse* response) {
  Render(vault_.KeySets(), *response);
  return grpc::Status::OK;
}

grpc::Status KeyVaultAdminService::ForgetFailures(
    grpc::ServerContext* context, const v1::ForgetFailuresRequest* request,
    v1::ForgetFailuresResponse* response) {
  return rpc::ToGrpc(ForgetFailures(*context, *request, *response));
}

grpc::Status KeyVaultAdminService::ListLivePackets(
    grpc::ServerContext*, const v1::ListLivePacketsRequest* request,
    v1::ListLivePacketsResponse* response) {
  return rpc::ToGrpc(ListLivePackets(*request, *response));
}

absl::Status KeyVaultAdminService::ListLivePackets(
    const v1::ListLivePacketsRequest& request,
    v1::ListLivePacketsResponse& response) {
  constexpr uint32_t kUsual = 100;
  constexpr uint32_t kMost = 1000;
  if (request.limit() > kMost) {
    return absl::InvalidArgumentError("limit must be at most 1000");
  }
  const uint32_t limit = request.limit() == 0 ? kUsual : request.limit();
  ASSIGN_OR_RETURN(const std::vector<LiveSession> live,
                   vault_.LiveSessions(limit));
  Render(live, response);
  return absl::OkStatus();
}

absl::Status KeyVaultAdminService::ForgetFailures(
    const grpc::ServerContext& context,
    const v1::ForgetFailuresRequest& request,
    v1::ForgetFailuresResponse& response) {
  ASSIGN_OR_RETURN(const rpc::Identity caller, rpc::PeerIdentity(context));
  ASSIGN_OR_RETURN(const ClaimedCard card, ParseCard(request));
  ASSIGN_OR_RETURN(const size_t forgotten,
                   vault_.ForgetFailures(card, caller.name));
  response.set_forgotten(static_cast<uint32_t>(forgotten));
  return absl::OkStatus();
}

}  // namespace cardferry::keyvault
