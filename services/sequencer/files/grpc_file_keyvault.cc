#include "services/sequencer/files/grpc_file_keyvault.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::sequencer {
namespace {

namespace pb = keyvault::v1;

Bytes ToBytes(const std::string& field) {
  const ByteSpan bytes = AsBytes(field);
  return Bytes(bytes.begin(), bytes.end());
}

absl::Status ToStatus(const grpc::Status& grpc_status) {
  const absl::Status status = rpc::ToAbslStatus(grpc_status);
  if (status.ok()) return status;
  absl::StatusCode code = status.code();
  if (code == absl::StatusCode::kDeadlineExceeded) {
    code = absl::StatusCode::kUnavailable;
  }
  if (code == absl::StatusCode::kNotFound) code = absl::StatusCode::kInternal;
  return absl::Status(code, absl::StrCat("keyvault: ", status.message()));
}

absl::Status WrongCount(size_t seen, size_t wanted) {
  return absl::InternalError(
      absl::StrCat("keyvault: ", seen, " of what ", wanted, " were asked for"));
}

absl::Status NotReadable(const absl::Status& status) {
  return absl::InternalError(absl::StrCat("keyvault: ", status.message()));
}

}  // namespace

absl::StatusOr<FileKeyvault::Begun> GrpcFileKeyvault::Begin(
    const Arrival& arrival) {
  pb::BeginFileSessionRequest request;
  request.set_ticket(AsString(arrival.ticket));
  request.set_agent(arrival.agent);
  request.set_reader(arrival.reader);
  request.set_key_set(arrival.key_set);
  request.set_serial_number(AsString(arrival.serial_number));
  request.set_card_challenge(AsString(arrival.card_challenge));
  request.set_operation_class(pb::OPERATION_CLASS_CONTENT);
  pb::BeginFileSessionResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(
      ToStatus(stub_->BeginFileSession(&context, request, &response)));
  auto command =
      card::CommandApdu::Parse(AsBytes(response.mutual_authenticate()));
  if (!command.ok()) return NotReadable(command.status());
  return Begun{*std::move(command), ToBytes(response.handshake_token())};
}

absl::StatusOr<FileKeyvault::Session> GrpcFileKeyvault::Finish(
    const Bytes& handshake_token, const card::ResponseApdu& answer) {
  pb::FinishFileSessionRequest request;
  request.set_handshake_token(AsString(handshake_token));
  request.set_answer(AsString(answer.Encode()));
  pb::FinishFileSessionResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(
      ToStatus(stub_->FinishFileSession(&context, request, &response)));
  return Session{ToBytes(response.command_token()), response.block_bytes()};
}

absl::StatusOr<FileKeyvault::Batch> GrpcFileKeyvault::Protect(
    const Bytes& command_token, absl::Span<const Command> commands) {
  pb::ProtectFileCommandsRequest request;
  request.set_command_token(AsString(command_token));
  for (const Command& command : commands) {
    pb::FileCommand& out = *request.add_commands();
    if (const auto* apdu = std::get_if<card::CommandApdu>(&command)) {
      out.set_apdu(AsString(apdu->Encode()));
    } else {
      const auto& password = std::get<Password>(command);
      out.mutable_verify()->set_number(password.number);
      out.mutable_verify()->set_digits(password.digits);
    }
  }
  pb::ProtectFileCommandsResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(
      ToStatus(stub_->ProtectFileCommands(&context, request, &response)));
  Batch batch{
      {}, ToBytes(response.command_token()), ToBytes(response.verify_token())};
  for (const std::string& bytes : response.commands()) {
    auto command = card::CommandApdu::Parse(AsBytes(bytes));
    if (!command.ok()) return NotReadable(command.status());
    batch.commands.push_back(*std::move(command));
  }
  if (batch.commands.size() == commands.size()) return batch;
  return WrongCount(batch.commands.size(), commands.size());
}

absl::StatusOr<std::vector<FileKeyvault::Answer>> GrpcFileKeyvault::Verify(
    const Bytes& verify_token, absl::Span<const card::ResponseApdu> answers) {
  pb::VerifyFileAnswersRequest request;
  request.set_verify_token(AsString(verify_token));
  for (const card::ResponseApdu& answer : answers) {
    request.add_answers(AsString(answer.Encode()));
  }
  pb::VerifyFileAnswersResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(
      ToStatus(stub_->VerifyFileAnswers(&context, request, &response)));
  std::vector<Answer> verified;
  for (const pb::VerifiedFileAnswer& answer : response.answers()) {
    verified.push_back(
        {{ToBytes(answer.data()),
          card::StatusWord(static_cast<uint16_t>(answer.status_word()))},
         answer.proven()});
  }
  if (verified.size() == answers.size()) return verified;
  return WrongCount(verified.size(), answers.size());
}

}  // namespace cardferry::sequencer
