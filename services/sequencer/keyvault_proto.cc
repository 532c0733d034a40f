#include "services/sequencer/keyvault_proto.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::sequencer {
namespace {

namespace pb = keyvault::v1;

constexpr size_t kShortChallenge = 8;  // S16 mode has longer ones

Bytes ToBytes(const std::string& text) {
  const ByteSpan bytes = AsBytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

absl::StatusOr<card::CommandApdu> ToCommand(const std::string& bytes) {
  absl::StatusOr<card::CommandApdu> command =
      card::CommandApdu::Parse(AsBytes(bytes));
  if (command.ok()) return command;
  return absl::InternalError(absl::StrCat("the keyvault sent no command: ",
                                          command.status().message()));
}

absl::StatusOr<Assurance> ToAssurance(pb::Assurance assurance) {
  switch (assurance) {
    case pb::ASSURANCE_REPORTED:
      return Assurance::kReported;
    case pb::ASSURANCE_PROVEN:
      return Assurance::kProven;
    case pb::ASSURANCE_FORGED:
      return Assurance::kForged;
    default:
      return absl::InternalError(
          "the keyvault did not say how far an answer is to be believed");
  }
}

void Render(const ChannelQuirks& quirks, pb::ChannelQuirks& proto) {
  proto.set_encrypts_absent_data(quirks.encrypts_absent_data);
  proto.set_counts_only_data(quirks.counts_only_data);
  proto.set_external_authenticate_has_le(quirks.external_authenticate_has_le);
  proto.set_macs_channel_bits(quirks.macs_channel_bits);
  proto.set_encrypts_first_icv(quirks.encrypts_first_icv);
  proto.set_rmac_starts_with_zeros(quirks.rmac_starts_with_zeros);
  proto.set_derives_all_from_first_counter(
      quirks.derives_all_from_first_counter);
}

absl::Status CheckCount(absl::string_view what, size_t got, size_t wanted) {
  if (got == wanted) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("the keyvault sent ", got, " ", what,
                                          " instead of ", wanted));
}

pb::OperationClass RenderClass(Keyvault::OperationClass operation_class) {
  switch (operation_class) {
    case Keyvault::OperationClass::kRead:
      return pb::OPERATION_CLASS_READ;
    case Keyvault::OperationClass::kContent:
      return pb::OPERATION_CLASS_CONTENT;
    case Keyvault::OperationClass::kPersonalize:
      return pb::OPERATION_CLASS_PERSONALIZE;
    case Keyvault::OperationClass::kContentAndPersonalize:
      return pb::OPERATION_CLASS_CONTENT_AND_PERSONALIZE;
  }
  return pb::OPERATION_CLASS_UNSPECIFIED;
}

}  // namespace

pb::AuthenticateRequest RenderHandshake(const Keyvault::Handshake& handshake) {
  pb::AuthenticateRequest request;
  request.set_ticket(AsString(handshake.ticket));
  request.set_agent(handshake.agent);
  request.set_reader(handshake.reader);
  request.set_key_set(handshake.key_set);
  request.set_initialize_update_answer(
      AsString(handshake.initialize_update_answer));
  request.set_channel_options(handshake.channel_options);
  request.set_level_floor(handshake.level_floor);
  request.set_operation_class(RenderClass(handshake.operation_class));
  if (!(handshake.quirks == ChannelQuirks())) {
    Render(handshake.quirks, *request.mutable_quirks());
  }
  request.set_aid(AsString(handshake.aid));
  if (handshake.implicit.has_value()) {
    pb::ImplicitStart& start = *request.mutable_implicit();
    start.set_key_diversification_data(
        AsString(handshake.implicit->key_diversification_data));
    start.set_key_version_number(handshake.implicit->key_version_number);
    start.set_sequence_counter(
        handshake.implicit->sequence_counter.value_or(0));
  }
  return request;
}

pb::OpenPredictedRequest RenderPrediction(
    const Keyvault::Prediction& prediction) {
  pb::OpenPredictedRequest request;
  request.set_key_set(prediction.key_set);
  request.set_key_diversification_data(
      AsString(prediction.key_diversification_data));
  request.set_ahead(prediction.ahead);
  request.set_agent(prediction.agent);
  request.set_level_floor(prediction.level_floor);
  request.set_operation_class(RenderClass(prediction.operation_class));
  request.set_content(AsString(prediction.content));
  if (!(prediction.quirks == ChannelQuirks())) {
    Render(prediction.quirks, *request.mutable_quirks());
  }
  return request;
}

absl::StatusOr<Keyvault::PredictedSession> ParsePredicted(
    const pb::OpenPredictedResponse& response) {
  ASSIGN_OR_RETURN(card::CommandApdu authenticate,
                   ToCommand(response.external_authenticate()));
  if (response.level() > 0xFF || response.channel_options() > 0xFF) {
    return absl::InternalError("the keyvault sent no security level");
  }
  Keyvault::PredictedSession parsed{
      {std::move(authenticate), ToBytes(response.command_token()),
       response.card().key_set(),
       ToBytes(response.card().key_diversification_data()),
       static_cast<uint8_t>(response.level()),
       ToBytes(response.verify_token())}};
  const ByteSpan challenge = AsBytes(response.host_challenge());
  RETURN_IF_ERROR(
      CheckCount("bytes of host challenge", challenge.size(), kShortChallenge));
  std::copy(challenge.begin(), challenge.end(), parsed.host_challenge.begin());
  parsed.initialize_update_answer =
      ToBytes(response.initialize_update_answer());
  parsed.channel_options = static_cast<uint8_t>(response.channel_options());
  parsed.report_until = absl::FromUnixMicros(response.report_until_us());
  return parsed;
}

absl::StatusOr<std::vector<Keyvault::Opening>> ParseOpenings(
    const pb::IssueOpeningsResponse& response, int wanted) {
  RETURN_IF_ERROR(CheckCount("openings",
                             static_cast<size_t>(response.openings_size()),
                             static_cast<size_t>(wanted)));
  std::vector<Keyvault::Opening> openings;
  for (const pb::Opening& opening : response.openings()) {
    Keyvault::Opening parsed;
    const ByteSpan challenge = AsBytes(opening.long_host_challenge());
    RETURN_IF_ERROR(CheckCount("bytes of host challenge", challenge.size(),
                               parsed.host_challenge.size()));
    std::copy(challenge.begin(), challenge.end(),
              parsed.host_challenge.begin());
    parsed.ticket = ToBytes(opening.ticket());
    parsed.expires_at = absl::FromUnixMicros(opening.expires_at_us());
    openings.push_back(std::move(parsed));
  }
  return openings;
}

absl::StatusOr<Keyvault::Session> ParseSession(
    const pb::AuthenticateResponse& response) {
  std::optional<card::CommandApdu> authenticate;
  if (!response.external_authenticate().empty()) {
    ASSIGN_OR_RETURN(authenticate, ToCommand(response.external_authenticate()));
  }
  if (response.level() > 0xFF) {
    return absl::InternalError("the keyvault sent no security level");
  }
  return Keyvault::Session{std::move(authenticate),
                           ToBytes(response.command_token()),
                           response.card().key_set(),
                           ToBytes(response.card().key_diversification_data()),
                           static_cast<uint8_t>(response.level()),
                           ToBytes(response.verify_token()),
                           response.granted_class() == pb::OPERATION_CLASS_READ,
                           response.live_packets()};
}

absl::StatusOr<std::vector<card::CommandApdu>> ParseProtected(
    const pb::ProtectResponse& response, size_t wanted) {
  RETURN_IF_ERROR(CheckCount(
      "commands", static_cast<size_t>(response.commands_size()), wanted));
  std::vector<card::CommandApdu> commands;
  for (const std::string& bytes : response.commands()) {
    ASSIGN_OR_RETURN(card::CommandApdu command, ToCommand(bytes));
    commands.push_back(std::move(command));
  }
  return commands;
}

pb::VerifyResponsesRequest RenderPacket(const Keyvault::Packet& packet) {
  pb::VerifyResponsesRequest request;
  request.set_verify_token(AsString(packet.verify_token));
  for (const card::CommandApdu& command : packet.commands) {
    request.add_commands(AsString(command.Encode()));
  }
  for (const card::ResponseApdu& answer : packet.answers) {
    request.add_answers(AsString(answer.Encode()));
  }
  return request;
}

absl::StatusOr<std::vector<Keyvault::VerifiedAnswer>> ParseVerified(
    const pb::VerifyResponsesResponse& response, size_t wanted) {
  RETURN_IF_ERROR(CheckCount(
      "answers", static_cast<size_t>(response.answers_size()), wanted));
  std::vector<Keyvault::VerifiedAnswer> answers;
  for (const pb::VerifiedAnswer& answer : response.answers()) {
    if (answer.status_word() > 0xFFFF) {
      return absl::InternalError("the keyvault sent no status word");
    }
    Keyvault::VerifiedAnswer parsed;
    parsed.answer = {
        ToBytes(answer.data()),
        card::StatusWord(static_cast<uint16_t>(answer.status_word()))};
    ASSIGN_OR_RETURN(parsed.assurance, ToAssurance(answer.assurance()));
    answers.push_back(std::move(parsed));
  }
  return answers;
}

}  // namespace cardferry::sequencer
