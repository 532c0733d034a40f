#include "services/sequencer/grpc_keyvault.h"

#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"
#include "services/sequencer/keyvault_proto.h"

namespace cardferry::sequencer {
namespace {

namespace pb = keyvault::v1;

// DATA_LOSS stops a card, and is a wrong cryptogram only when Authenticate says
// it.
enum class DataLoss { kIsAWrongCryptogram, kIsNone };

absl::StatusCode CodeFor(absl::StatusCode code, DataLoss data_loss) {
  switch (code) {
    case absl::StatusCode::kDeadlineExceeded:
      return absl::StatusCode::kUnavailable;
    case absl::StatusCode::kNotFound:
      return absl::StatusCode::kInternal;
    case absl::StatusCode::kDataLoss:
      return data_loss == DataLoss::kIsNone ? absl::StatusCode::kInternal
                                            : code;
    default:
      return code;
  }
}

absl::Status ToStatus(const grpc::Status& grpc_status,
                      DataLoss data_loss = DataLoss::kIsNone) {
  const absl::Status status = rpc::ToAbslStatus(grpc_status);
  if (status.ok()) return status;
  return absl::Status(CodeFor(status.code(), data_loss),
                      absl::StrCat("keyvault: ", status.message()));
}

}  // namespace

absl::StatusOr<std::vector<Keyvault::Opening>> GrpcKeyvault::IssueOpenings(
    const std::string& agent, const std::string& reader, int count) {
  pb::IssueOpeningsRequest request;
  request.set_agent(agent);
  request.set_reader(reader);
  request.set_count(static_cast<uint32_t>(count));
  pb::IssueOpeningsResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(ToStatus(stub_->IssueOpenings(&context, request, &response)));
  return ParseOpenings(response, count);
}

absl::StatusOr<Keyvault::Session> GrpcKeyvault::Authenticate(
    const Handshake& handshake) {
  pb::AuthenticateResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(ToStatus(
      stub_->Authenticate(&context, RenderHandshake(handshake), &response),
      DataLoss::kIsAWrongCryptogram));
  return ParseSession(response);
}

absl::StatusOr<Keyvault::PredictedSession> GrpcKeyvault::OpenPredicted(
    const Prediction& prediction) {
  pb::OpenPredictedResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(ToStatus(
      stub_->OpenPredicted(&context, RenderPrediction(prediction), &response)));
  return ParsePredicted(response);
}

// How many of the commands one call takes: a row of STORE DATA (P2 counts its
// blocks, 256 at most) is not divided.
size_t GrpcKeyvault::BatchOf(absl::Span<const card::CommandApdu> commands) {
  constexpr uint8_t kStoreData = 0xE2;
  if (commands.size() <= kMaxCommands) return commands.size();
  size_t batch = kMaxCommands;
  const auto goes_on = [&commands](size_t at) {
    const card::CommandHeader& header = commands[at].header();
    return header.ins == kStoreData && header.p2 != 0;
  };
  while (batch > 1 && goes_on(batch)) --batch;
  return batch;
}

absl::StatusOr<std::vector<card::CommandApdu>> GrpcKeyvault::Protect(
    const Bytes& command_token, absl::Span<const card::CommandApdu> commands) {
  std::string token = AsString(command_token);
  std::vector<card::CommandApdu> secured;
  while (!commands.empty()) {
    const size_t batch = BatchOf(commands);
    RETURN_IF_ERROR(ProtectBatch(commands.first(batch), token, secured));
    commands.remove_prefix(batch);
  }
  return secured;
}

absl::StatusOr<std::vector<Keyvault::VerifiedAnswer>>
GrpcKeyvault::VerifyResponses(const Packet& packet) {
  pb::VerifyResponsesResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(ToStatus(
      stub_->VerifyResponses(&context, RenderPacket(packet), &response)));
  return ParseVerified(response, packet.answers.size());
}

absl::Status GrpcKeyvault::ProtectBatch(
    absl::Span<const card::CommandApdu> batch, std::string& token,
    std::vector<card::CommandApdu>& secured) {
  pb::ProtectRequest request;
  request.set_command_token(token);
  for (const card::CommandApdu& command : batch) {
    request.add_commands(AsString(command.Encode()));
  }
  pb::ProtectResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(ToStatus(stub_->Protect(&context, request, &response)));
  ASSIGN_OR_RETURN(std::vector<card::CommandApdu> parsed,
                   ParseProtected(response, batch.size()));
  std::move(parsed.begin(), parsed.end(), std::back_inserter(secured));
  token = response.command_token();
  return absl::OkStatus();
}

}  // namespace cardferry::sequencer
