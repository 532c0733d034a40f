// Sequencer: packets for cards that are not there.
#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/status_macros.h"
#include "lib/card/gp/discovery_commands.h"
#include "lib/crypto/digest.h"
#include "services/sequencer/packet_assembly.h"
#include "services/sequencer/preflight.h"
#include "services/sequencer/sequencer.h"
#include "services/sequencer/session_needs.h"

namespace cardferry::sequencer {
namespace {

constexpr uint8_t kScp02 = 2;
constexpr uint8_t kScp03 = 3;
constexpr uint8_t kS16 = 0x01;  // in its `i`

card::ScriptCommand Compare(card::CommandApdu command, card::ExpectedData data,
                            std::string label) {
  return {std::move(command),
          {card::StatusWordPattern{}},
          std::move(data),
          card::OnMismatch::kStop,
          std::move(label)};
}

// First what costs a card nothing: another card is left alone before INITIALIZE
// UPDATE, which would move its counter.
card::Script ProbeScript(const CardProfile& profile, const CardRecord& record,
                         const Keyvault::PredictedSession& predicted) {
  card::Script probe;
  probe.push_back(
      Compare(card::SelectCommand(profile.match.isd_aid), card::AnyData{},
              absl::StrCat("SELECT ", profile.match.isd_aid.ToHex())));
  if (!record.cplc.empty()) {
    const Bytes head = {0x9F, 0x7F, static_cast<uint8_t>(record.cplc.size())};
    probe.push_back(Compare(card::GetDataCommand(card::kTagCplc),
                            card::ExactData{Concat({head, record.cplc})},
                            "GET DATA 9F7F"));
  }
  probe.push_back(
      Compare(card::InitializeUpdateCommand(0x00, predicted.host_challenge),
              card::ExactData{predicted.initialize_update_answer},
              "INITIALIZE UPDATE"));
  return probe;
}

// What the packets are for, whatever session they are in.
Bytes ContentOf(const Bundle& bundle) {
  Bytes content;
  for (const card::ScriptCommand& command : bundle.commands) {
    const Bytes encoded = command.command.Encode();
    const auto size = static_cast<uint32_t>(encoded.size());
    for (int shift = 24; shift >= 0; shift -= 8) {
      content.push_back(static_cast<uint8_t>(size >> shift));
    }
    Append(content, encoded);
  }
  return crypto::Sha256(content);
}

absl::StatusOr<Keyvault::Prediction> PredictionFor(
    const Sequencer::OfflineRequest& request, const CardProfile& profile) {
  const std::vector<std::string> parts =
      absl::StrSplit(request.card_id, absl::MaxSplits('/', 1));
  if (parts.size() != 2 || parts[0] != profile.key_set) {
    return absl::InvalidArgumentError(
        absl::StrCat("card ", request.card_id, " has not the keys of profile ",
                     profile.name));
  }
  Keyvault::Prediction prediction;
  prediction.key_set = parts[0];
  ASSIGN_OR_RETURN(prediction.key_diversification_data, FromHex(parts[1]));
  prediction.agent = request.agent;
  return prediction;
}

// The keyvault says so too, of the card; of all cards of a type it is known
// before.
absl::Status CheckForeseeable(const ProfileMatch& match) {
  const auto cannot = [&match](uint8_t i) {
    return IsImplicit(match.scp, i) || (match.scp == kScp03 && (i & kS16) != 0);
  };
  if (match.i.empty() || !std::all_of(match.i.begin(), match.i.end(), cannot)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      "nothing is prepared for cards in S16 mode or with implicit initiation: "
      "do this at a connected reader");
}

// What is deleted has to be there still: an agent that cannot compare what it
// reads, and a record that is old by then, do not go together.
absl::Status CheckPreparable(const ContentPlan& plan, uint8_t floor) {
  if (plan.steps.empty()) {
    return absl::FailedPreconditionError(
        "the card holds all that it should, as recorded: there is nothing to "
        "prepare");
  }
  if (plan.Personalizes()) {
    return absl::FailedPreconditionError(
        "applications are given data: no packet with personal data waits for "
        "its card, do this at a connected reader");
  }
  if (!plan.Deletes() || !card::Protection(floor).EncryptsAnswers()) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      "something is deleted, and the agent cannot compare encrypted answers "
      "with the record: do this at a connected reader");
}

}  // namespace

absl::StatusOr<std::vector<Sequencer::OfflinePacket>> Sequencer::PrepareOffline(
    const OfflineRequest& request) {
  if (request.attempts < 1 || request.attempts > kMostAttempts) {
    return absl::InvalidArgumentError(absl::StrCat(
        request.attempts, " attempts, must be 1 to ", kMostAttempts));
  }
  ASSIGN_OR_RETURN(const CardProfile* const profile,
                   FindProfile(request.profile));
  RETURN_IF_ERROR(CheckForeseeable(profile->match));
  const CardRecord& record = request.record;
  if (record.card_id != request.card_id || !record.snapshot.has_value()) {
    return absl::FailedPreconditionError(
        "this card was never read: insert it at a connected reader first");
  }
  ASSIGN_OR_RETURN(const CardContent actual, ReadContent(*record.snapshot));
  if (!actual.complete) {
    return absl::FailedPreconditionError(
        "the record has not all of the card's lists: do this at a connected "
        "reader");
  }
  ASSIGN_OR_RETURN(const ContentPlan plan,
                   PlanContent(request.desired, actual, record.origins,
                               *profile, record.stored));
  RETURN_IF_ERROR(CheckPlan(plan, record, *profile, CardClaim()));
  RETURN_IF_ERROR(CheckPreparable(plan, FloorFor(plan, *profile)));
  const size_t attempts = profile->match.scp == kScp02 ? 1 : request.attempts;
  std::vector<OfflinePacket> packets;
  for (size_t i = 0; i < attempts; ++i) {
    ASSIGN_OR_RETURN(OfflinePacket packet,
                     PrepareAttempt(request, *profile, plan, i));
    packets.push_back(std::move(packet));
  }
  return packets;
}

absl::StatusOr<Sequencer::OfflinePacket> Sequencer::PrepareAttempt(
    const OfflineRequest& request, const CardProfile& profile,
    const ContentPlan& plan, size_t attempt) {
  const StatusSnapshot& expected = *request.record.snapshot;
  ASSIGN_OR_RETURN(Keyvault::Prediction prediction,
                   PredictionFor(request, profile));
  prediction.ahead = static_cast<uint32_t>(2 * attempt + 1);
  prediction.level_floor = FloorFor(plan, profile);
  prediction.quirks = profile.quirks;
  ASSIGN_OR_RETURN(
      const Signatures signatures,
      FindSignaturesFor(plan, expected, profile, prediction.level_floor));
  ASSIGN_OR_RETURN(
      const Bundle sketch,
      BuildBundle(plan, expected, profile, prediction.level_floor, signatures));
  prediction.content = ContentOf(sketch);
  ASSIGN_OR_RETURN(const Keyvault::PredictedSession predicted,
                   keyvault_->OpenPredicted(prediction));
  const Keyvault::Session& session = predicted.session;
  RETURN_IF_ERROR(
      CheckSession(session, request.card_id, prediction.level_floor));
  RETURN_IF_ERROR(CheckPreparable(plan, session.level));
  ASSIGN_OR_RETURN(
      Bundle bundle,
      // What the card said of longer commands is not recorded.
      BuildBundle(plan, expected, profile, session.level, signatures));
  const size_t changes = bundle.Changes();
  ASSIGN_OR_RETURN(
      SecuredPacket packet,
      SecurePacket(*keyvault_, session, std::move(bundle),
                   {profile, request.record, expected, request.desired, plan}));
  packet.state.prepared_at = request.now;
  Prepared prepared{
      request.card_id,          session.level,          changes, plan.Summary(),
      std::move(packet.script), std::move(packet.state)};
  return OfflinePacket{std::move(prepared),
                       ProbeScript(profile, request.record, predicted),
                       predicted.report_until};
}

}  // namespace cardferry::sequencer
