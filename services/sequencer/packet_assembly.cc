#include "services/sequencer/packet_assembly.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/gp/content_commands.h"
#include "services/sequencer/bundle_goal.h"
#include "services/sequencer/card_claim.h"
#include "services/sequencer/packet.h"

namespace cardferry::sequencer {
namespace {

// What has to be known of the bundle when its answers come.
BundleState StateOf(const Keyvault::Session& session, const Bundle& bundle,
                    const PacketSubject& subject) {
  BundleState state{subject.record, subject.expected, {}};
  if (session.external_authenticate.has_value()) {
    state.runs.push_back({CommandKind::kAuthenticate});
  }
  state.runs.insert(state.runs.end(), bundle.runs.begin(), bundle.runs.end());
  state.wrong_mac = subject.profile.wrong_mac;
  SetGoal(subject.desired, subject.plan, state);
  if (subject.profile.rules.receipts) {
    state.confirming_domain = subject.profile.match.isd_aid;
  }
  return state;
}

}  // namespace

absl::Status CheckSession(const Keyvault::Session& session,
                          const std::string& card_id, uint8_t floor) {
  const std::string proven =
      CardId(session.key_set, session.key_diversification_data);
  if (proven != card_id) {
    return absl::InternalError(absl::StrCat("the keyvault proved card ", proven,
                                            " instead of ", card_id));
  }
  const bool macs_answers = card::Protection(session.level).MacsAnswers();
  if (macs_answers && session.verify_token.empty()) {
    return absl::InternalError(
        "the keyvault gave nothing to check the card's answers with");
  }
  if ((session.level & floor) != floor) {
    return absl::InternalError(absl::StrFormat(
        "the keyvault opened security level %02X, the least is %02X",
        session.level, floor));
  }
  return absl::OkStatus();
}

absl::StatusOr<SecuredPacket> SecurePacket(Keyvault& keyvault,
                                           const Keyvault::Session& session,
                                           Bundle bundle,
                                           const PacketSubject& subject) {
  ASSIGN_OR_RETURN(
      const std::vector<card::CommandApdu> secured,
      keyvault.Protect(session.command_token, CommandsOf(bundle.commands)));
  if (secured.size() != bundle.commands.size()) {
    return absl::InternalError(
        "the keyvault gave back another number of commands");
  }
  SecuredPacket packet;
  packet.state = StateOf(session, bundle, subject);
  packet.script = Assemble(session.external_authenticate,
                           std::move(bundle.commands), secured);
  if (card::Protection(session.level).MacsAnswers()) {
    packet.state.verify_token = session.verify_token;
    packet.state.packet = CommandsOf(packet.script);
  }
  return packet;
}

}  // namespace cardferry::sequencer
