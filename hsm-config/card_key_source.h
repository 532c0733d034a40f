#ifndef CARDFERRY_HSM_CONFIG_CARD_KEY_SOURCE_H_
#define CARDFERRY_HSM_CONFIG_CARD_KEY_SOURCE_H_

#include <variant>

#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/mechanism.h"
#include "lib/pkcs11/session.h"

namespace cardferry::hsm {

// The card holds the master itself.
struct MasterItself {};
// NXP AN10922's AES-192 (an10922.h): its input. The one key that is not made
// inside the HSM.
struct MadeInMemory {
  Bytes input;
};
// How key `key_number` (1 ENC, 2 MAC, 3 DEK, 4 receipts) of a card comes from
// its master: by one derivation, by AES-CMAC, or otherwise.
using CardKeySource = std::variant<MasterItself, pkcs11::Mechanism,
                                   pkcs11::KdfInput, MadeInMemory>;

// `master` is asked only by AN10922 of triple DES keys, which takes one
// encryption before. The key diversification data have 10 bytes.
absl::StatusOr<CardKeySource> SourceOfCardKey(
    pkcs11::Session& session, pkcs11::ObjectHandle master,
    const CardKeyScheme& scheme, uint8_t key_number,
    ByteSpan key_diversification_data);

// How the first half of such a triple DES key, twice, comes from its master: by
// the first block of what the key itself is encrypted from. UNIMPLEMENTED for
// keys that are not made block by block from a master.
absl::StatusOr<pkcs11::Mechanism> SourceOfFirstHalf(
    const CardKeyScheme& scheme, uint8_t key_number,
    ByteSpan key_diversification_data);

// The length of the cards' keys, in bytes.
size_t CardKeyLength(const CardKeyScheme& scheme);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_CARD_KEY_SOURCE_H_
