// Vault: sessions of cards that are not there, and what of them is live.
#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/card_checks.h"
#include "services/keyvault/counted_card.h"
#include "services/keyvault/encoding.h"
#include "services/keyvault/hsm/challenge_source.h"
#include "services/keyvault/hsm_fault.h"
#include "services/keyvault/predicted_rules.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kContentLength = 32;
constexpr absl::Duration kBudgetTime = absl::Hours(24);

absl::Status CheckRequest(const PredictedRequest& request) {
  RETURN_IF_ERROR(CheckPredictedClass(request.operation_class));
  RETURN_IF_ERROR(CheckLevelFloor(request.level_floor));
  if (request.agent.empty() ||
      request.agent.size() > OpeningDesk::kLongestName) {
    return absl::InvalidArgumentError(absl::StrCat(
        "an agent's name has 1 to ", OpeningDesk::kLongestName, " bytes"));
  }
  if (request.content.size() == kContentLength) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "content has ", request.content.size(), " bytes, must be a SHA-256"));
}

absl::Status CheckAllowed(const scp::ChannelProtocol& protocol,
                          const KeySetRules& rules) {
  const std::set<uint8_t>& allowed = rules.channel_options.empty()
                                         ? DefaultChannelOptions(protocol.scp)
                                         : rules.channel_options;
  if (allowed.count(protocol.i) > 0) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrFormat(
      "the key set's policy does not allow i %02X", protocol.i));
}

// As lib/card/scp/initialize_update_response.h has it.
Bytes AnswerOf(const CardKeySelection& card, uint8_t key_version_number,
               const scp::SessionSeed& seed, ByteSpan cryptogram,
               ByteSpan counter) {
  Bytes answer = Concat({card.key_diversification_data,
                         Bytes{key_version_number, seed.protocol.scp}});
  const bool scp03 = seed.protocol.scp == scp::kScp03;
  if (scp03) answer.push_back(seed.protocol.i);
  return Concat(
      {answer, seed.card_challenge, cryptogram, scp03 ? counter : ByteSpan()});
}

uint8_t KeyVersionNumberOf(const CardKeySelection& card,
                           const std::vector<KeySetDescription>& all) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&card](const auto& one) {
        return one.name == card.key_set &&
               one.master_version == card.master_version;
      });
  return found == all.end() ? uint8_t{0} : found->key_version_number;
}

absl::StatusOr<Session> SealPredicted(
    HsmKeys& keys, const card::CommandApdu& external_authenticate,
    const CommandToken& command, const VerifyToken& verify) {
  ASSIGN_OR_RETURN(Bytes command_token, OfHsm(SealToken(keys, command)));
  ASSIGN_OR_RETURN(Bytes verify_token, OfHsm(SealToken(keys, verify)));
  return Session{external_authenticate,
                 std::move(command_token),
                 std::move(verify_token),
                 command.origin.card,
                 KeyVersionNumberOf(command.origin.card, keys.KeySets()),
                 command.state.level,
                 command.origin.seed.protocol.i,
                 command.operation_class};
}

}  // namespace

absl::StatusOr<bool> Vault::ShowsItsCounter(
    const SessionOrigin& origin, const scp::InitializeUpdateResponse& answer) {
  if (origin.seed.protocol.scp == scp::kScp02) return true;
  const KeySetRules rules = RulesOf(origin.card.key_set);
  if (!rules.predicted.has_value()) return false;
  ASSIGN_OR_RETURN(
      const Bytes foreseen,
      OfHsm(keys_.PredictChallenge(
          origin.card, {origin.seed.protocol, answer.sequence_counter,
                        rules.predicted->aid})));
  return foreseen == answer.card_challenge;
}

Vault::Grant Vault::GrantAmong(const std::vector<LiveSession>& live,
                               const SessionSerial& own,
                               OperationClass wanted) {
  const auto others = std::count_if(
      live.begin(), live.end(),
      [&own](const LiveSession& one) { return one.serial != own; });
  return {GrantBeside(live, own, wanted), static_cast<size_t>(others)};
}

absl::StatusOr<Vault::Grant> Vault::GrantVerified(
    const SessionOrigin& origin, const scp::InitializeUpdateResponse& answer,
    OperationClass wanted, const Opening& opening) {
  const scp::ChannelProtocol& protocol = origin.seed.protocol;
  if (predictions_ == nullptr || !IsPredictable(protocol)) {
    return Grant{wanted, 0};
  }
  ASSIGN_OR_RETURN(const bool shows, ShowsItsCounter(origin, answer));
  if (!shows) {
    // Nothing shows that the counter is beyond the packets that are live, also
    // while policy has no rules to foresee the challenge by.
    ASSIGN_OR_RETURN(const std::vector<LiveSession> live,
                     predictions_->LiveOf(origin.card));
    return GrantAmong(live, origin.serial, wanted);
  }
  const VerifiedCard card{origin.card, protocol,
                          ReadCounter(answer.sequence_counter)};
  LiveSession began;
  began.card = origin.card;
  began.counter = card.counter;
  began.serial = origin.serial;
  began.host_challenge = opening.host_challenge;
  began.agent = opening.place.agent;
  began.issued_at = clock_.Now();
  // SCP03's packet ends with the session that it was made in: the card's next
  // challenge is another. SCP02's keys come again with the counter.
  const bool lives =
      protocol.scp == scp::kScp02 && wanted != OperationClass::kRead;
  ASSIGN_OR_RETURN(
      const PredictedLedger::Seen seen,
      predictions_->RecordVerified(card, lives ? &began : nullptr));
  if (seen.counter_before.value_or(0) > card.counter) {
    RETURN_IF_ERROR(ledger_.RecordAlarm(
        {clock_.Now(), "sequence counter fell",
         absl::StrCat("card ", card.card.key_set, "/",
                      ToHex(card.card.key_diversification_data), " from ",
                      *seen.counter_before, " to ", card.counter),
         opening.place.agent}));
  }
  return GrantAmong(seen.live, origin.serial, wanted);
}

absl::StatusOr<PredictedSession> Vault::OpenPredicted(
    const PredictedRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<KeySetDescription> versions,
                   KeySetsNamed(request.key_set, keys_.KeySets()));
  const KeySetRules rules = RulesOf(request.key_set);
  if (predictions_ == nullptr || !rules.predicted.has_value()) {
    return absl::PermissionDeniedError(
        absl::StrCat("the policy of key set ", request.key_set,
                     " allows no packets without their card (predicted)"));
  }
  RETURN_IF_ERROR(CheckRequest(request));
  Opening place;  // for the stops: there is no opening
  place.place.agent = request.agent;
  // Which version's keys the card has is known later: a stop under any counts.
  for (const KeySetDescription& version : versions) {
    RETURN_IF_ERROR(gate_.CheckStops(
        CountedCard(version, request.key_diversification_data), place));
  }
  FieldWriter purpose;
  purpose.Text("content of a predicted session").Fixed(request.content);
  Prediction wanted{request.ahead, {}, request.agent};
  ASSIGN_OR_RETURN(wanted.content, OfHsm(keys_.TicketMac(purpose.bytes())));
  scp::ChannelProtocol protocol;
  scp::SecurityLevel level = scp::SecurityLevel::kCDecCMac;
  const absl::Time now = clock_.Now();
  const auto judge =
      [&](const PredictionFacts& facts) -> absl::StatusOr<LiveSession> {
    ASSIGN_OR_RETURN(const Judgement judgement,
                     JudgePrediction(wanted, *rules.predicted, facts));
    protocol = facts.verified->protocol;
    RETURN_IF_ERROR(CheckAllowed(protocol, rules));
    ASSIGN_OR_RETURN(
        level, ChooseLevel(protocol, rules.level_floor, request.level_floor));
    if (judgement.before.has_value()) return *judgement.before;
    LiveSession live;
    live.card = facts.verified->card;
    live.counter = judgement.counter;
    random_.Fill(absl::MakeSpan(live.serial));
    random_.Fill(absl::MakeSpan(live.host_challenge));
    live.content = wanted.content;
    live.agent = request.agent;
    live.issued_at = now;
    return live;
  };
  ASSIGN_OR_RETURN(const LiveSession live,
                   predictions_->AddPredicted(request.key_set,
                                              request.key_diversification_data,
                                              now - kBudgetTime, judge));
  return BeginPredicted(request, *rules.predicted, live, protocol, level);
}

absl::StatusOr<PredictedSession> Vault::BeginPredicted(
    const PredictedRequest& request, const PredictedRules& rules,
    const LiveSession& live, const scp::ChannelProtocol& protocol,
    scp::SecurityLevel level) {
  const absl::Time command_end =
      live.issued_at + policy_.command_token_lifetime;
  if (clock_.Now() >= command_end) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the packet for counter ", live.counter,
        " of this card was prepared before: it is live, and is not made twice. "
        "Insert the card at a connected reader, which moves its counter"));
  }
  const Bytes counter = WriteCounter(live.counter, protocol);
  ASSIGN_OR_RETURN(
      const Bytes challenge,
      OfHsm(keys_.PredictChallenge(live.card, {protocol, counter, rules.aid})));
  Opening opening;
  opening.host_challenge = live.host_challenge;
  const SessionOrigin origin{live.serial,
                             live.card,
                             {protocol, HostChallengeFor(opening, protocol),
                              challenge, rules.aid, request.quirks}};
  ASSIGN_OR_RETURN(std::unique_ptr<scp::SessionCipher> cipher,
                   OfHsm(CipherOf(origin)));
  ASSIGN_OR_RETURN(const Bytes cryptogram, OfHsm(cipher->CardCryptogram()));
  ASSIGN_OR_RETURN(scp::Authentication authentication,
                   OfHsm(scp::AuthenticateHost(*cipher, level)));
  cache_.Put(origin, std::move(cipher));
  const absl::Time report_until = live.issued_at + rules.report_time;
  ASSIGN_OR_RETURN(Session session,
                   SealPredicted(keys_, authentication.external_authenticate,
                                 {origin, 0, request.operation_class,
                                  authentication.state, command_end},
                                 {origin, authentication.state, report_until}));
  Bytes answer = AnswerOf(live.card, session.key_version_number, origin.seed,
                          cryptogram, counter);
  LogInfo("session opened without its card",
          {{"agent", live.agent},
           {"key_set", live.card.key_set},
           {"card", ToHex(live.card.key_diversification_data)},
           {"counter", static_cast<int64_t>(live.counter)}});
  return PredictedSession{std::move(session), origin.seed.host_challenge,
                          std::move(answer), live.counter, report_until};
}

absl::StatusOr<std::vector<LiveSession>> Vault::LiveSessions(size_t limit) {
  if (predictions_ == nullptr) return std::vector<LiveSession>();
  return predictions_->LiveSessions(limit);
}

}  // namespace cardferry::keyvault
