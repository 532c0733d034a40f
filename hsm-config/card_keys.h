#ifndef CARDFERRY_HSM_CONFIG_CARD_KEYS_H_
#define CARDFERRY_HSM_CONFIG_CARD_KEYS_H_

#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/pkcs11/session.h"

namespace cardferry::hsm {

// The diversified keys of one simulated card in plaintext, as the text of
// cardsim's keys file. DEVELOPMENT ONLY: a card factory hands a card's keys
// over under a transport key, and a real HSM does not allow this; it goes
// through the hole that readable_derivation.h names.
//   INVALID_ARGUMENT: `key_diversification_data` has other than 10 bytes
//   FAILED_PRECONDITION: the key set is not diversified, so its cards hold the
//     masters themselves, which nobody can read
absl::StatusOr<SecretBytes> SimulatedCardKeys(
    pkcs11::Session& session, const KeySet& set,
    ByteSpan key_diversification_data);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_CARD_KEYS_H_
