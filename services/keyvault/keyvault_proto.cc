#include "services/keyvault/keyvault_proto.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::keyvault {
namespace {

Bytes ToBytes(const std::string& field) {
  const ByteSpan bytes = AsBytes(field);
  return Bytes(bytes.begin(), bytes.end());
}

v1::Assurance ToProto(Assurance assurance) {
  switch (assurance) {
    case Assurance::kReported:
      return v1::ASSURANCE_REPORTED;
    case Assurance::kProven:
      return v1::ASSURANCE_PROVEN;
    case Assurance::kForged:
      return v1::ASSURANCE_FORGED;
  }
  return v1::ASSURANCE_UNSPECIFIED;
}

v1::OperationClass ToProto(OperationClass operation_class) {
  switch (operation_class) {
    case OperationClass::kRead:
      return v1::OPERATION_CLASS_READ;
    case OperationClass::kContent:
      return v1::OPERATION_CLASS_CONTENT;
    case OperationClass::kPersonalize:
      return v1::OPERATION_CLASS_PERSONALIZE;
    case OperationClass::kKeys:
      return v1::OPERATION_CLASS_KEYS;
    case OperationClass::kCardState:
      return v1::OPERATION_CLASS_CARD_STATE;
    case OperationClass::kContentAndPersonalize:
      return v1::OPERATION_CLASS_CONTENT_AND_PERSONALIZE;
  }
  return v1::OPERATION_CLASS_UNSPECIFIED;
}

absl::StatusOr<std::array<uint8_t, 10>> ParseDiversificationData(
    const std::string& bytes) {
  std::array<uint8_t, 10> parsed = {};
  if (bytes.size() != parsed.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "key_diversification_data has ", bytes.size(), " bytes, must be 10"));
  }
  const ByteSpan name = AsBytes(bytes);
  std::copy(name.begin(), name.end(), parsed.begin());
  return parsed;
}

absl::StatusOr<ImplicitStart> ParseStart(const v1::ImplicitStart& start) {
  ImplicitStart parsed;
  ASSIGN_OR_RETURN(parsed.key_diversification_data,
                   ParseDiversificationData(start.key_diversification_data()));
  if (start.key_version_number() > 0xFF || start.sequence_counter() > 0xFFFF) {
    return absl::InvalidArgumentError(
        "implicit: a key version number has one byte, a sequence counter two");
  }
  parsed.key_version_number = static_cast<uint8_t>(start.key_version_number());
  parsed.sequence_counter = static_cast<uint16_t>(start.sequence_counter());
  return parsed;
}

}  // namespace

absl::StatusOr<OperationClass> ParseOperationClass(v1::OperationClass value) {
  switch (value) {
    case v1::OPERATION_CLASS_READ:
      return OperationClass::kRead;
    case v1::OPERATION_CLASS_CONTENT:
      return OperationClass::kContent;
    case v1::OPERATION_CLASS_PERSONALIZE:
      return OperationClass::kPersonalize;
    case v1::OPERATION_CLASS_KEYS:
      return OperationClass::kKeys;
    case v1::OPERATION_CLASS_CARD_STATE:
      return OperationClass::kCardState;
    case v1::OPERATION_CLASS_CONTENT_AND_PERSONALIZE:
      return OperationClass::kContentAndPersonalize;
    default:
      return absl::InvalidArgumentError("no operation class");
  }
}

scp::ChannelQuirks ParseQuirks(const v1::ChannelQuirks& message) {
  scp::ChannelQuirks quirks;
  quirks.encrypts_absent_data = message.encrypts_absent_data();
  quirks.counts_only_data = message.counts_only_data();
  quirks.external_authenticate_has_le = message.external_authenticate_has_le();
  quirks.macs_channel_bits = message.macs_channel_bits();
  quirks.encrypts_first_icv = message.encrypts_first_icv();
  quirks.rmac_starts_with_zeros = message.rmac_starts_with_zeros();
  quirks.derives_all_from_first_counter =
      message.derives_all_from_first_counter();
  return quirks;
}

absl::StatusOr<Handshake> ParseHandshake(
    const v1::AuthenticateRequest& request) {
  Handshake handshake;
  ASSIGN_OR_RETURN(handshake.operation_class,
                   ParseOperationClass(request.operation_class()));
  handshake.ticket = ToBytes(request.ticket());
  handshake.place = {request.agent(), request.reader()};
  handshake.key_set = request.key_set();
  handshake.initialize_update_answer =
      ToBytes(request.initialize_update_answer());
  handshake.level_floor = request.level_floor();
  handshake.channel_options = request.channel_options();
  handshake.aid = ToBytes(request.aid());
  handshake.quirks = ParseQuirks(request.quirks());
  if (request.has_implicit()) {
    ASSIGN_OR_RETURN(handshake.implicit, ParseStart(request.implicit()));
  }
  return handshake;
}

absl::StatusOr<ClaimedCard> ParseCard(
    const v1::ForgetFailuresRequest& request) {
  ClaimedCard card;
  card.key_set = request.key_set();
  ASSIGN_OR_RETURN(
      card.key_diversification_data,
      ParseDiversificationData(request.key_diversification_data()));
  return card;
}

absl::StatusOr<std::vector<card::CommandApdu>> ParseCommands(
    const google::protobuf::RepeatedPtrField<std::string>& commands) {
  std::vector<card::CommandApdu> parsed;
  for (const std::string& encoded : commands) {
    absl::StatusOr<card::CommandApdu> command =
        card::CommandApdu::Parse(AsBytes(encoded));
    RETURN_IF_ERROR(
        Annotate(command.status(), absl::StrCat("command ", parsed.size())));
    parsed.push_back(*std::move(command));
  }
  return parsed;
}

absl::StatusOr<SessionPacket> ParsePacket(
    const v1::VerifyResponsesRequest& request) {
  SessionPacket packet;
  ASSIGN_OR_RETURN(packet.commands, ParseCommands(request.commands()));
  for (const std::string& encoded : request.answers()) {
    absl::StatusOr<card::ResponseApdu> answer =
        card::ResponseApdu::Parse(AsBytes(encoded));
    if (!answer.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "answer ", packet.answers.size(), ": ", answer.status().message()));
    }
    packet.answers.push_back(*std::move(answer));
  }
  return packet;
}

void Render(const std::vector<IssuedOpening>& openings,
            v1::IssueOpeningsResponse& response) {
  for (const IssuedOpening& issued : openings) {
    v1::Opening& opening = *response.add_openings();
    const ByteSpan challenge = issued.opening.host_challenge;
    opening.set_host_challenge(AsString(challenge.first(8)));
    opening.set_long_host_challenge(AsString(challenge));
    opening.set_ticket(AsString(issued.ticket));
    opening.set_expires_at_us(absl::ToUnixMicros(issued.opening.expires_at));
  }
}

void Render(const Session& session, v1::AuthenticateResponse& response) {
  if (session.external_authenticate.has_value()) {
    response.set_external_authenticate(
        AsString(session.external_authenticate->Encode()));
  }
  response.set_granted_class(ToProto(session.operation_class));
  response.set_command_token(AsString(session.command_token));
  response.set_verify_token(AsString(session.verify_token));
  v1::CardIdentity& card = *response.mutable_card();
  card.set_key_set(session.card.key_set);
  card.set_key_diversification_data(
      AsString(session.card.key_diversification_data));
  card.set_master_version(session.card.master_version);
  card.set_key_version_number(session.key_version_number);
  response.set_level(static_cast<uint32_t>(session.level));
  response.set_channel_options(session.channel_options);
  response.set_live_packets(static_cast<uint32_t>(session.live_sessions));
}

void Render(const ProtectedCommands& batch, v1::ProtectResponse& response) {
  for (const card::CommandApdu& command : batch.commands) {
    response.add_commands(AsString(command.Encode()));
  }
  response.set_command_token(AsString(batch.command_token));
}

void Render(const std::vector<VerifiedAnswer>& answers,
            v1::VerifyResponsesResponse& response) {
  for (const VerifiedAnswer& answer : answers) {
    v1::VerifiedAnswer& rendered = *response.add_answers();
    rendered.set_assurance(ToProto(answer.assurance));
    rendered.set_data(AsString(answer.data));
    rendered.set_status_word(answer.sw.value());
  }
}

void Render(const Statistics& statistics, v1::GetStatisticsResponse& response) {
  response.set_hsm_calls(statistics.hsm_calls);
  response.set_openings_issued(statistics.openings_issued);
  response.set_sessions_authenticated(statistics.sessions_authenticated);
  response.set_commands_protected(statistics.commands_protected);
  response.set_verifications_failed(statistics.verifications_failed);
}

void Render(const std::vector<KeySetDescription>& key_sets,
            v1::ListKeySetsResponse& response) {
  for (const KeySetDescription& description : key_sets) {
    v1::KeySet& key_set = *response.add_key_sets();
    key_set.set_name(description.name);
    key_set.set_master_version(description.master_version);
    key_set.set_key_version_number(description.key_version_number);
    key_set.set_diversification(description.diversification);
    key_set.set_key_bits(static_cast<uint32_t>(description.key_bits));
  }
}

}  // namespace cardferry::keyvault
