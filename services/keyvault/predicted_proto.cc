#include "services/keyvault/predicted_proto.h"

#include "lib/base/status_macros.h"
#include "services/keyvault/diversification_data.h"
#include "services/keyvault/keyvault_proto.h"

namespace cardferry::keyvault {

absl::StatusOr<PredictedRequest> ParsePredicted(
    const v1::OpenPredictedRequest& request) {
  PredictedRequest predicted;
  ASSIGN_OR_RETURN(predicted.operation_class,
                   ParseOperationClass(request.operation_class()));
  ASSIGN_OR_RETURN(
      predicted.key_diversification_data,
      ParseDiversificationData(request.key_diversification_data()));
  predicted.key_set = request.key_set();
  predicted.ahead = request.ahead();
  predicted.agent = request.agent();
  predicted.level_floor = request.level_floor();
  const ByteSpan content = AsBytes(request.content());
  predicted.content.assign(content.begin(), content.end());
  predicted.quirks = ParseQuirks(request.quirks());
  return predicted;
}

void Render(const PredictedSession& predicted,
            v1::OpenPredictedResponse& response) {
  v1::AuthenticateResponse session;
  Render(predicted.session, session);
  response.set_host_challenge(AsString(predicted.host_challenge));
  response.set_initialize_update_answer(
      AsString(predicted.initialize_update_answer));
  response.set_external_authenticate(session.external_authenticate());
  response.set_command_token(session.command_token());
  response.set_verify_token(session.verify_token());
  *response.mutable_card() = session.card();
  response.set_level(session.level());
  response.set_channel_options(session.channel_options());
  response.set_counter(predicted.counter);
  response.set_report_until_us(absl::ToUnixMicros(predicted.report_until));
}

void Render(const std::vector<LiveSession>& live,
            v1::ListLivePacketsResponse& response) {
  for (const LiveSession& one : live) {
    v1::LivePacket& packet = *response.add_packets();
    packet.set_key_set(one.card.key_set);
    packet.set_master_version(one.card.master_version);
    packet.set_key_diversification_data(
        AsString(one.card.key_diversification_data));
    packet.set_counter(one.counter);
    packet.set_agent(one.agent);
    packet.set_issued_at_us(absl::ToUnixMicros(one.issued_at));
    packet.set_predicted(one.predicted());
  }
}

}  // namespace cardferry::keyvault
