// Vault: what a card says of its channel, and what of it is believed.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/digest.h"
#include "services/keyvault/counted_card.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {
namespace {

std::string NameOf(const ClaimedCard& card) {
  return absl::StrCat("card ", card.key_set, "/",
                      ToHex(card.key_diversification_data));
}

std::string At(const std::string& agent) {
  return agent.empty() ? "" : absl::StrCat(" at agent ", agent);
}

}  // namespace

absl::Status Vault::RaiseAlarm(const std::string& kind, std::string subject,
                               const std::string& agent) {
  LogWarning(kind, {{"what", subject}, {"agent", agent}});
  return ledger_.RecordAlarm({clock_.Now(), kind, std::move(subject), agent});
}

absl::Status Vault::CheckOptions(const ClaimedCard& card,
                                 const scp::ChannelProtocol& protocol,
                                 const std::string& agent) {
  const uint8_t options = protocol.i;
  const bool proven = !scp::IsImplicit(protocol);
  ASSIGN_OR_RETURN(const BoundOptions known,
                   ledger_.BindOptions(card, {options, proven, agent}));
  if (options == known.options) return absl::OkStatus();
  RETURN_IF_ERROR(
      RaiseAlarm("a card's i has changed",
                 absl::StrFormat("%s: i %02X, was %02X%s", NameOf(card),
                                 options, known.options, At(known.agent)),
                 agent));
  return absl::OutOfRangeError(absl::StrFormat(
      "the card is said to have i %02X, and in its first session it was %02X: "
      "its channel was changed, or an agent does not say what the card says",
      options, known.options));
}

absl::Status Vault::RaiseDoubt(const ClaimedCard& card, uint16_t counter,
                               const CounterRecord& known,
                               const std::string& agent) {
  return RaiseAlarm(
      "a card's sequence counter is not believed",
      absl::StrFormat("%s: counter %d, was %d%s", NameOf(card), counter,
                      std::max(known.seen, known.changed), At(known.agent)),
      agent);
}

absl::StatusOr<OperationClass> Vault::ClaimImplicit(
    const Opening& opening, const Handshake& handshake,
    const KeySetDescription& key_set, const scp::ChannelProtocol& protocol) {
  const ImplicitStart& start = *handshake.implicit;
  const uint32_t highest = RulesOf(key_set.name).highest_unproven_counter;
  if (start.sequence_counter > highest) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the card is said to be at sequence counter %d, which nothing proves; "
        "key set %s allows %d at most (highest_unproven_counter)",
        start.sequence_counter, key_set.name, highest));
  }
  const bool changes = handshake.operation_class != OperationClass::kRead;
  if (changes && handshake.operation_class != OperationClass::kContent) {
    return absl::PermissionDeniedError(absl::StrFormat(
        "SCP02 with i %02X encrypts nothing: class %s is not for it",
        protocol.i, OperationClassName(handshake.operation_class)));
  }
  const ClaimedCard card = CountedCard(key_set, start.key_diversification_data);
  ASSIGN_OR_RETURN(
      const CounterStep step,
      ledger_.ClaimCounter(card, {start.sequence_counter, changes,
                                  ToHex(opening.serial), opening.place.agent}));
  if (step.grant == CounterGrant::kReadsForDoubt) {
    RETURN_IF_ERROR(RaiseDoubt(card, start.sequence_counter, step.record,
                               opening.place.agent));
  }
  const OperationClass granted = step.grant == CounterGrant::kChanges
                                     ? OperationClass::kContent
                                     : OperationClass::kRead;
  if (changes) RETURN_IF_ERROR(ClaimClass(opening, granted));
  return granted;
}

absl::Status Vault::ClaimClass(const Opening& opening, OperationClass granted) {
  const Use use{absl::StrCat("class of opening ", ToHex(opening.serial)),
                crypto::Sha256(AsBytes(OperationClassName(granted))),
                opening.expires_at + kClockSkew};
  ASSIGN_OR_RETURN(const Claim claim, ledger_.ClaimUse(use));
  if (claim != Claim::kOther) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "since this opening's session began the card was said to be at another "
      "sequence counter, and what the session might do has ended: insert the "
      "card again");
}

}  // namespace cardferry::keyvault
