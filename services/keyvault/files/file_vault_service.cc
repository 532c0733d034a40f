#include "services/keyvault/files/file_vault_service.h"

#include <vector>

#include "lib/base/status_macros.h"
#include "lib/rpc/grpc_status.h"
#include "services/keyvault/files/file_vault_proto.h"

namespace cardferry::keyvault {

grpc::Status FileVaultService::BeginFileSession(
    grpc::ServerContext*, const v1::BeginFileSessionRequest* request,
    v1::BeginFileSessionResponse* response) {
  return rpc::ToGrpc(Begin(*request, *response));
}

grpc::Status FileVaultService::FinishFileSession(
    grpc::ServerContext*, const v1::FinishFileSessionRequest* request,
    v1::FinishFileSessionResponse* response) {
  return rpc::ToGrpc(Finish(*request, *response));
}

grpc::Status FileVaultService::ProtectFileCommands(
    grpc::ServerContext*, const v1::ProtectFileCommandsRequest* request,
    v1::ProtectFileCommandsResponse* response) {
  return rpc::ToGrpc(Protect(*request, *response));
}

grpc::Status FileVaultService::VerifyFileAnswers(
    grpc::ServerContext*, const v1::VerifyFileAnswersRequest* request,
    v1::VerifyFileAnswersResponse* response) {
  return rpc::ToGrpc(Verify(*request, *response));
}

absl::Status FileVaultService::Begin(const v1::BeginFileSessionRequest& request,
                                     v1::BeginFileSessionResponse& response) {
  ASSIGN_OR_RETURN(const FileArrival arrival, ParseArrival(request));
  ASSIGN_OR_RETURN(const FileAuthentication begun, vault_.Begin(arrival));
  response.set_mutual_authenticate(
      AsString(begun.mutual_authenticate.Encode()));
  response.set_handshake_token(AsString(begun.handshake_token));
  return absl::OkStatus();
}

absl::Status FileVaultService::Finish(
    const v1::FinishFileSessionRequest& request,
    v1::FinishFileSessionResponse& response) {
  ASSIGN_OR_RETURN(const card::ResponseApdu answer,
                   ParseAnswer(request.answer()));
  ASSIGN_OR_RETURN(const FileSession session,
                   vault_.Finish(AsBytes(request.handshake_token()), answer));
  response.set_command_token(AsString(session.command_token));
  response.set_block_bytes(static_cast<uint32_t>(session.block));
  return absl::OkStatus();
}

absl::Status FileVaultService::Protect(
    const v1::ProtectFileCommandsRequest& request,
    v1::ProtectFileCommandsResponse& response) {
  ASSIGN_OR_RETURN(const std::vector<FileCommand> commands,
                   ParseFileCommands(request));
  ASSIGN_OR_RETURN(const ProtectedFileCommands batch,
                   vault_.Protect(AsBytes(request.command_token()), commands));
  for (const card::CommandApdu& command : batch.commands) {
    response.add_commands(AsString(command.Encode()));
  }
  response.set_command_token(AsString(batch.command_token));
  response.set_verify_token(AsString(batch.verify_token));
  return absl::OkStatus();
}

absl::Status FileVaultService::Verify(
    const v1::VerifyFileAnswersRequest& request,
    v1::VerifyFileAnswersResponse& response) {
  ASSIGN_OR_RETURN(const std::vector<card::ResponseApdu> answers,
                   ParseAnswers(request));
  ASSIGN_OR_RETURN(
      const std::vector<VerifiedFileAnswer> verified,
      vault_.VerifyAnswers(AsBytes(request.verify_token()), answers));
  for (const VerifiedFileAnswer& one : verified) {
    v1::VerifiedFileAnswer& answer = *response.add_answers();
    answer.set_proven(one.proven);
    answer.set_data(AsString(one.response.data));
    answer.set_status_word(one.response.sw.value());
  }
  return absl::OkStatus();
}

}  // namespace cardferry::keyvault
