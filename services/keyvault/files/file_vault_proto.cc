#include "services/keyvault/files/file_vault_proto.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/keyvault_proto.h"

namespace cardferry::keyvault {
namespace {

constexpr uint32_t kMostPasswords = 31;

Bytes ToBytes(const std::string& field) {
  const ByteSpan bytes = AsBytes(field);
  return Bytes(bytes.begin(), bytes.end());
}

absl::StatusOr<FileCommand> ParseCommand(const v1::FileCommand& message) {
  if (message.has_verify()) {
    const v1::CardPassword& password = message.verify();
    if (password.number() < 1 || password.number() > kMostPasswords) {
      return absl::InvalidArgumentError(absl::StrCat(
          "no password ", password.number(), ": 1 to ", kMostPasswords));
    }
    return FileCommand(PasswordCommand{static_cast<uint8_t>(password.number()),
                                       password.of_current_df(),
                                       password.digits()});
  }
  ASSIGN_OR_RETURN(card::CommandApdu apdu,
                   card::CommandApdu::Parse(AsBytes(message.apdu())));
  return FileCommand(std::move(apdu));
}

}  // namespace

absl::StatusOr<FileArrival> ParseArrival(
    const v1::BeginFileSessionRequest& request) {
  FileArrival arrival;
  ASSIGN_OR_RETURN(arrival.operation_class,
                   ParseOperationClass(request.operation_class()));
  if (request.serial_number().size() != arrival.serial_number.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a serial number of ", request.serial_number().size(),
                     " bytes; it has ", arrival.serial_number.size()));
  }
  const ByteSpan serial_number = AsBytes(request.serial_number());
  std::copy(serial_number.begin(), serial_number.end(),
            arrival.serial_number.begin());
  arrival.ticket = ToBytes(request.ticket());
  arrival.place = {request.agent(), request.reader()};
  arrival.key_set = request.key_set();
  arrival.card_challenge = ToBytes(request.card_challenge());
  return arrival;
}

absl::StatusOr<std::vector<FileCommand>> ParseFileCommands(
    const v1::ProtectFileCommandsRequest& request) {
  std::vector<FileCommand> commands;
  for (const v1::FileCommand& message : request.commands()) {
    absl::StatusOr<FileCommand> command = ParseCommand(message);
    if (!command.ok()) {
      return Annotate(command.status(),
                      absl::StrCat("command ", commands.size()));
    }
    commands.push_back(*std::move(command));
  }
  return commands;
}

absl::StatusOr<card::ResponseApdu> ParseAnswer(const std::string& bytes) {
  auto answer = card::ResponseApdu::Parse(AsBytes(bytes));
  if (answer.ok()) return answer;
  return absl::InvalidArgumentError(answer.status().message());
}

absl::StatusOr<std::vector<card::ResponseApdu>> ParseAnswers(
    const v1::VerifyFileAnswersRequest& request) {
  std::vector<card::ResponseApdu> answers;
  for (const std::string& bytes : request.answers()) {
    auto answer = ParseAnswer(bytes);
    if (!answer.ok()) {
      return Annotate(answer.status(), absl::StrCat("answer ", answers.size()));
    }
    answers.push_back(*std::move(answer));
  }
  return answers;
}

}  // namespace cardferry::keyvault
