#include "services/keyvault/vault.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/digest.h"
#include "services/keyvault/card_checks.h"
#include "services/keyvault/command_policy.h"
#include "services/keyvault/counted_card.h"
#include "services/keyvault/encoding.h"
#include "services/keyvault/hsm_fault.h"
#include "services/keyvault/stop_rules.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;

// MAC and padding of a command in extended form.
constexpr size_t kMostOverhead = 24;

Use UseOfOpening(const Opening& opening, const Handshake& handshake) {
  FieldWriter purpose;
  purpose.Text(handshake.key_set)
      .Uint32(handshake.level_floor)
      .Byte(static_cast<uint8_t>(handshake.operation_class))
      .Uint32(handshake.channel_options)
      .Byte(scp::ToBits(handshake.quirks))
      .Counted(handshake.aid)
      .Byte(handshake.implicit.has_value() ? 1 : 0)
      .Counted(handshake.initialize_update_answer);
  if (handshake.implicit.has_value()) {
    purpose.Fixed(handshake.implicit->key_diversification_data)
        .Byte(handshake.implicit->key_version_number)
        .Uint32(handshake.implicit->sequence_counter);
  }
  return {absl::StrCat("opening ", ToHex(opening.serial)),
          crypto::Sha256(purpose.bytes()), opening.expires_at + kClockSkew};
}

// Without INITIALIZE UPDATE: as if the card had said it there.
absl::StatusOr<scp::InitializeUpdateResponse> AnswerOf(
    const Handshake& handshake) {
  if (!handshake.implicit.has_value()) {
    return scp::InitializeUpdateResponse::Parse(
        handshake.initialize_update_answer);
  }
  const uint16_t counter = handshake.implicit->sequence_counter;
  scp::InitializeUpdateResponse answer;
  answer.key_diversification_data =
      handshake.implicit->key_diversification_data;
  answer.key_version_number = handshake.implicit->key_version_number;
  answer.scp = scp::kScp02;
  answer.card_challenge = {static_cast<uint8_t>(counter >> 8),
                           static_cast<uint8_t>(counter)};
  answer.sequence_counter = answer.card_challenge;
  return answer;
}

// That a session begins as its protocol does.
absl::Status CheckInitiation(const scp::ChannelProtocol& protocol,
                             bool implicit) {
  if (scp::IsImplicit(protocol) == implicit) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("SCP%02X with i %02X begins %s INITIALIZE UPDATE",
                      protocol.scp, protocol.i, implicit ? "with" : "without"));
}

absl::Status CheckFits(const CommandApdu& command,
                       const scp::ChannelProtocol& protocol,
                       scp::SecurityLevel level) {
  const size_t limit = command.IsExtended()
                           ? CommandApdu::kMaxExtendedData - kMostOverhead
                           : scp::MaxShortDataLength(protocol, level);
  if (command.data().size() <= limit) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(command.data().size(), " bytes of data, with protection ",
                   limit, " fit"));
}

absl::Status CheckCommands(const CommandToken& token,
                           absl::Span<const CommandApdu> commands,
                           const KeySetRules& rules) {
  if (commands.empty() || commands.size() > Vault::kMostCommands) {
    return absl::InvalidArgumentError(absl::StrCat(
        commands.size(), " commands, must be 1 to ", Vault::kMostCommands));
  }
  RETURN_IF_ERROR(
      CheckCommands(token.operation_class, commands,
                    {rules.allowed_privileges, rules.allow_privilege_updates}));
  for (size_t i = 0; i < commands.size(); ++i) {
    RETURN_IF_ERROR(Annotate(
        CheckFits(commands[i], token.origin.seed.protocol, token.state.level),
        absl::StrCat("command ", i)));
  }
  return absl::OkStatus();
}

}  // namespace

Vault::Vault(const VaultParts& parts, const VaultPolicy& policy)
    : keys_(parts.keys),
      ledger_(parts.ledger),
      clock_(parts.clock),
      random_(parts.random),
      predictions_(parts.predictions),
      policy_(policy),
      desk_(parts.keys, parts.clock, parts.random, policy.opening_lifetime),
      gate_(parts.ledger, parts.clock, policy),
      cache_(policy.cached_sessions, policy.cache_time, parts.clock) {}

absl::StatusOr<std::vector<IssuedOpening>> Vault::IssueOpenings(
    const Place& place, uint32_t count) {
  const FailureWindow window{clock_.Now() - policy_.failure_memory, ""};
  ASSIGN_OR_RETURN(const size_t failed,
                   ledger_.CountFailedCards(place.agent, window));
  RETURN_IF_ERROR(CheckNotSuspended(failed, policy_.most_failed_cards));
  ASSIGN_OR_RETURN(std::vector<IssuedOpening> issued,
                   desk_.Issue(place, count));
  openings_issued_ += issued.size();
  return issued;
}

absl::StatusOr<Session> Vault::Authenticate(const Handshake& handshake) {
  ASSIGN_OR_RETURN(const Opening opening,
                   desk_.Admit(handshake.ticket, handshake.place));
  RETURN_IF_ERROR(CheckGrantable(handshake.operation_class));
  ASSIGN_OR_RETURN(const std::vector<KeySetDescription> versions,
                   KeySetsNamed(handshake.key_set, keys_.KeySets()));
  const KeySetRules rules = RulesOf(handshake.key_set);
  RETURN_IF_ERROR(CheckLevelFloor(handshake.level_floor));
  RETURN_IF_ERROR(
      gate_.ClaimOnce(UseOfOpening(opening, handshake), opening.place.agent));
  ASSIGN_OR_RETURN(const scp::InitializeUpdateResponse answer,
                   AnswerOf(handshake));
  ASSIGN_OR_RETURN(const KeySetDescription key_set,
                   KeySetOfCard(answer, versions));
  ASSIGN_OR_RETURN(const scp::ChannelProtocol protocol,
                   ChooseProtocol(answer, handshake.channel_options, key_set,
                                  rules.channel_options));
  RETURN_IF_ERROR(CheckInitiation(protocol, handshake.implicit.has_value()));
  ASSIGN_OR_RETURN(
      const scp::SecurityLevel level,
      ChooseLevel(protocol, rules.level_floor, handshake.level_floor));
  RETURN_IF_ERROR(gate_.CheckStops(
      CountedCard(key_set, answer.key_diversification_data), opening));
  return Begin(opening, handshake, answer, key_set, protocol, level);
}

absl::StatusOr<Session> Vault::Begin(
    const Opening& opening, const Handshake& handshake,
    const scp::InitializeUpdateResponse& answer,
    const KeySetDescription& key_set, const scp::ChannelProtocol& protocol,
    scp::SecurityLevel level) {
  const bool implicit = scp::IsImplicit(protocol);
  const SessionOrigin origin{
      opening.serial,
      {key_set.name, key_set.master_version, answer.key_diversification_data},
      {protocol, implicit ? Bytes() : HostChallengeFor(opening, protocol),
       answer.card_challenge, handshake.aid, handshake.quirks}};
  ASSIGN_OR_RETURN(std::unique_ptr<scp::SessionCipher> cipher,
                   OfHsm(CipherOf(origin)));
  if (!implicit) {
    RETURN_IF_ERROR(VerifyCard(*cipher, opening, answer, key_set));
  }
  RETURN_IF_ERROR(
      CheckOptions(CountedCard(key_set, answer.key_diversification_data),
                   protocol, opening.place.agent));
  Session session;
  scp::ChannelState state;
  if (implicit) {
    ASSIGN_OR_RETURN(session.operation_class,
                     ClaimImplicit(opening, handshake, key_set, protocol));
    ASSIGN_OR_RETURN(state, OfHsm(scp::BeginImplicitSession(*cipher)));
  } else {
    ASSIGN_OR_RETURN(
        const Grant grant,
        GrantVerified(origin, answer, handshake.operation_class, opening));
    session.operation_class = grant.operation_class;
    session.live_sessions = grant.live_sessions;
    ASSIGN_OR_RETURN(scp::Authentication authentication,
                     OfHsm(scp::AuthenticateHost(*cipher, level)));
    session.external_authenticate =
        std::move(authentication.external_authenticate);
    state = std::move(authentication.state);
  }
  cache_.Put(origin, std::move(cipher));
  // Expiry follows from the opening, so that a retry gets the same tokens and
  // the ledger knows how long to remember them.
  const CommandToken command_token{
      origin, 0, session.operation_class, state,
      opening.expires_at + policy_.command_token_lifetime};
  const VerifyToken verify_token{
      origin, state, opening.expires_at + policy_.verify_token_lifetime};
  ASSIGN_OR_RETURN(session.command_token,
                   OfHsm(SealToken(keys_, command_token)));
  ASSIGN_OR_RETURN(session.verify_token, OfHsm(SealToken(keys_, verify_token)));
  ++sessions_authenticated_;
  session.card = origin.card;
  session.key_version_number = answer.key_version_number;
  session.level = level;
  session.channel_options = protocol.i;
  return session;
}

absl::StatusOr<ProtectedCommands> Vault::Protect(
    ByteSpan command_token, absl::Span<const CommandApdu> commands) {
  ASSIGN_OR_RETURN(CommandToken token, OpenCommandToken(keys_, command_token));
  if (clock_.Now() >= token.expires_at) {
    return absl::FailedPreconditionError(
        "the command token has expired: start again from an opening");
  }
  RETURN_IF_ERROR(
      CheckCommands(token, commands, RulesOf(token.origin.card.key_set)));
  ASSIGN_OR_RETURN(const Use use, UseOfToken(token, commands));
  RETURN_IF_ERROR(gate_.ClaimOnce(use, ""));
  ASSIGN_OR_RETURN(std::unique_ptr<scp::SessionCipher> cipher,
                   OfHsm(CipherOf(token.origin)));
  ASSIGN_OR_RETURN(std::vector<CommandApdu> protected_commands,
                   OfHsm(scp::ProtectCommands(*cipher, token.state, commands)));
  cache_.Put(token.origin, std::move(cipher));
  ++token.step;
  ASSIGN_OR_RETURN(Bytes sealed, OfHsm(SealToken(keys_, token)));
  commands_protected_ += commands.size();
  return ProtectedCommands{std::move(protected_commands), std::move(sealed)};
}

absl::StatusOr<size_t> Vault::ForgetFailures(const ClaimedCard& card,
                                             const std::string& operator_name) {
  const std::string name = ToHex(card.key_diversification_data);
  const Alarm event = {clock_.Now(), "failed verifications forgotten",
                       absl::StrCat("card ", card.key_set, "/", name,
                                    " by operator ", operator_name),
                       ""};
  // Which version's keys the card said to have is not known any more.
  std::set<std::array<uint8_t, 10>> counted;
  for (const KeySetDescription& key_set : keys_.KeySets()) {
    if (key_set.name != card.key_set) continue;
    counted.insert(CountedCard(key_set, card.key_diversification_data)
                       .key_diversification_data);
  }
  size_t forgotten = 0;
  for (const std::array<uint8_t, 10>& one : counted) {
    ASSIGN_OR_RETURN(const size_t failures,
                     ledger_.ForgetFailures({card.key_set, one}, event));
    forgotten += failures;
  }
  if (forgotten == 0) {
    return absl::NotFoundError(
        "no failed verification of this card is known, nor a change of its i, "
        "nor a doubt of its counter");
  }
  LogWarning("failed verifications forgotten",
             {{"key_set", card.key_set},
              {"card", name},
              {"operator", operator_name},
              {"failures", uint64_t{forgotten}}});
  return forgotten;
}

Statistics Vault::GetStatistics() const {
  return {keys_.CallCount(), openings_issued_, sessions_authenticated_,
          commands_protected_, verifications_failed_};
}

absl::Status Vault::Prune() {
  cache_.Sweep();
  const absl::Time now = clock_.Now();
  return ledger_.Prune(now, now - policy_.failure_memory);
}

KeySetRules Vault::RulesOf(const std::string& key_set) const {
  const auto rules = policy_.key_sets.find(key_set);
  return rules == policy_.key_sets.end() ? KeySetRules() : rules->second;
}

absl::StatusOr<Use> Vault::UseOfToken(const CommandToken& token,
                                      absl::Span<const CommandApdu> commands) {
  FieldWriter batch;
  batch.Counted(token.state.chaining_value);
  for (const CommandApdu& command : commands) batch.Counted(command.Encode());
  // The commands may hold personal data, and with SCP02 the chaining value was
  // on the wire: from a bare digest they could be guessed back. What is MACed
  // begins with 00, an opening ticket does not.
  FieldWriter purpose;
  purpose.Text("commands of a token").Fixed(crypto::Sha256(batch.bytes()));
  ASSIGN_OR_RETURN(Bytes digest, OfHsm(keys_.TicketMac(purpose.bytes())));
  return Use{absl::StrCat("command token ", ToHex(token.origin.serial), "/",
                          token.step),
             std::move(digest), token.expires_at + kClockSkew};
}

absl::Status Vault::VerifyCard(scp::SessionCipher& cipher,
                               const Opening& opening,
                               const scp::InitializeUpdateResponse& answer,
                               const KeySetDescription& key_set) {
  ASSIGN_OR_RETURN(const bool matches, OfHsm(scp::CardCryptogramMatches(
                                           cipher, answer.card_cryptogram)));
  if (matches) return absl::OkStatus();
  ++verifications_failed_;
  LogWarning("card cryptogram is wrong",
             {{"agent", opening.place.agent},
              {"key_set", key_set.name},
              {"card", ToHex(answer.key_diversification_data)}});
  RETURN_IF_ERROR(ledger_.RecordFailure(
      {ToHex(opening.serial),
       CountedCard(key_set, answer.key_diversification_data),
       opening.place.agent, clock_.Now()}));
  return absl::DataLossError("the card cryptogram does not match");
}

absl::StatusOr<std::unique_ptr<scp::SessionCipher>> Vault::CipherOf(
    const SessionOrigin& origin) {
  if (std::unique_ptr<scp::SessionCipher> kept = cache_.Take(origin)) {
    return kept;
  }
  RETURN_IF_ERROR(AuditKeysInMemory(origin));
  return keys_.OpenSession(origin.card, origin.seed);
}

absl::Status Vault::AuditKeysInMemory(const SessionOrigin& origin) {
  const std::vector<KeySetDescription> all = keys_.KeySets();
  const auto found = std::find_if(
      all.begin(), all.end(), [&origin](const KeySetDescription& one) {
        return one.name == origin.card.key_set &&
               one.master_version == origin.card.master_version;
      });
  if (found == all.end() || !found->made_in_memory) return absl::OkStatus();
  const std::string card =
      absl::StrCat("card ", origin.card.key_set, "/",
                   ToHex(origin.card.key_diversification_data));
  if (!RulesOf(origin.card.key_set).allow_keys_in_memory) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the keys of ", card,
        " would be put together in the vault's memory, "
        "which the key set's policy does not allow (allow_keys_in_memory)"));
  }
  LogWarning("card keys made in memory", {{"card", card}});
  return ledger_.RecordAlarm(
      {clock_.Now(), "card keys made in memory", card, ""});
}

}  // namespace cardferry::keyvault
