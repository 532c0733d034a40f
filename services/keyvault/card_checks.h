#ifndef CARDFERRY_SERVICES_KEYVAULT_CARD_CHECKS_H_
#define CARDFERRY_SERVICES_KEYVAULT_CARD_CHECKS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/card/scp/channel_protocol.h"
#include "lib/card/scp/initialize_update_response.h"
#include "lib/card/scp/security_level.h"
#include "services/keyvault/hsm/hsm_keys.h"

namespace cardferry::keyvault {

// INVALID_ARGUMENT for a floor that is no security level of any channel.
absl::Status CheckLevelFloor(uint32_t floor);

// The lowest level of sessions of this channel where the policy does not say:
// the highest that it has with C-DECRYPTION, 33, 13 or 03; with implicit
// initiation, which has no other, 01.
scp::SecurityLevel DefaultLevelFloor(const scp::ChannelProtocol& protocol);

// The level of a session: all bits of both floors. `policy_floor` is the key
// set's (none: DefaultLevelFloor), `requested_floor` the caller's, who may
// raise it and never lower it. INVALID_ARGUMENT when the channel has no such
// level: a card that claims less than it must have.
absl::StatusOr<scp::SecurityLevel> ChooseLevel(
    const scp::ChannelProtocol& protocol, std::optional<uint8_t> policy_floor,
    uint32_t requested_floor);

// The key sets of `all` with this name: the versions of its masters. NOT_FOUND
// when there is none.
absl::StatusOr<std::vector<KeySetDescription>> KeySetsNamed(
    const std::string& name, const std::vector<KeySetDescription>& all);

// The one of `versions` whose keys a card that gave this answer says to have,
// by its key version number; keys are never tried. INVALID_ARGUMENT unless
// there is exactly one.
absl::StatusOr<KeySetDescription> KeySetOfCard(
    const scp::InitializeUpdateResponse& answer,
    const std::vector<KeySetDescription>& versions);

// The options `i` that cards of a protocol may have where the policy does not
// say: those without weaknesses of their own. SCP01: 15; SCP02: 15 35; SCP03:
// all that are there.
const std::set<uint8_t>& DefaultChannelOptions(uint8_t scp);

// The channel of a session with a card that gave this answer. Its `i` is in the
// answer, or, for SCP01 and SCP02, what the caller says (`channel_options`,
// else 0). `allowed` is the policy's, or empty for the default.
// INVALID_ARGUMENT: the key set's keys are for another protocol; no `i`, or one
//   that contradicts the answer, or that is not allowed. UNIMPLEMENTED: an `i`
//   that is not there.
absl::StatusOr<scp::ChannelProtocol> ChooseProtocol(
    const scp::InitializeUpdateResponse& answer, uint32_t channel_options,
    const KeySetDescription& key_set, const std::set<uint8_t>& allowed);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_CARD_CHECKS_H_
