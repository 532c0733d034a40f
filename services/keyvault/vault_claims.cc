// Vault: what a card says of its channel, and what of it is believed.
#include "absl/strings/str_format.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/counted_card.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {

absl::Status Vault::CheckOptions(const ClaimedCard& card,
                                 const scp::ChannelProtocol& protocol,
                                 const std::string& agent) {
  const uint8_t options = protocol.i;
  const bool proven = !scp::IsImplicit(protocol);
  ASSIGN_OR_RETURN(const uint8_t known,
                   ledger_.BindOptions(card, options, proven));
  if (options == known) return absl::OkStatus();
  const std::string subject =
      absl::StrFormat("card %s/%s: i %02X, was %02X", card.key_set,
                      ToHex(card.key_diversification_data), options, known);
  LogWarning("a card's i has changed", {{"what", subject}, {"agent", agent}});
  RETURN_IF_ERROR(ledger_.RecordAlarm(
      {clock_.Now(), "a card's i has changed", subject, agent}));
  return absl::OutOfRangeError(
      absl::StrFormat("the card says i %02X, and has always had %02X: its "
                      "channel was changed, or somebody claims less for it",
                      options, known));
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
  if (handshake.operation_class == OperationClass::kRead) {
    return OperationClass::kRead;
  }
  if (handshake.operation_class != OperationClass::kContent) {
    return absl::PermissionDeniedError(absl::StrFormat(
        "SCP02 with i %02X encrypts nothing: class %s is not for it",
        protocol.i, OperationClassName(handshake.operation_class)));
  }
  ASSIGN_OR_RETURN(
      const bool claimed,
      ledger_.ClaimCounter(CountedCard(key_set, start.key_diversification_data),
                           start.sequence_counter, ToHex(opening.serial)));
  return claimed ? OperationClass::kContent : OperationClass::kRead;
}

}  // namespace cardferry::keyvault
