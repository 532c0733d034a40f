#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_CARD_KEY_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_CARD_KEY_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/key_template.h"
#include "lib/pkcs11/object.h"
#include "lib/pkcs11/session.h"
#include "services/keyvault/hsm/key_handles.h"
#include "services/keyvault/hsm/module_ways.h"

namespace cardferry::keyvault {

// A key set has a master of the last one where Masters has it.
enum class CardKeyNumber : uint8_t {
  kEnc = 1,
  kMac = 2,
  kDek = 3,
  kReceipt = hsm::kReceiptKeyNumber,
};

// One of a card's own keys, for deriving session keys and nothing else: made
// for the moment, and gone with this; or a master, where the cards hold these.
struct CardKey {
  pkcs11::Object made;
  pkcs11::KdfBase base;
};
absl::StatusOr<CardKey> MakeCardKey(pkcs11::Session& session,
                                    const ModuleWays& ways,
                                    const Masters& masters,
                                    CardKeyNumber number,
                                    ByteSpan key_diversification_data);

// The same key for what `spec` says, whatever its length there. UNIMPLEMENTED
// where the cards hold the masters themselves.
absl::StatusOr<pkcs11::Object> MakeCardKeyFor(pkcs11::Session& session,
                                              const ModuleWays& ways,
                                              const Masters& masters,
                                              CardKeyNumber number,
                                              ByteSpan key_diversification_data,
                                              pkcs11::KeySpec spec);

// Of a triple DES key: its first half twice, by which the module does single
// DES. UNIMPLEMENTED as hsm::SourceOfFirstHalf.
absl::StatusOr<pkcs11::Object> MakeFirstHalfTwice(
    pkcs11::Session& session, const ModuleWays& ways, const Masters& masters,
    CardKeyNumber number, ByteSpan key_diversification_data,
    const pkcs11::KeySpec& spec);

// INVALID_ARGUMENT when these masters, of `key_set`, are for another protocol
// than `scp`.
absl::Status CheckKeysAreFor(const std::string& key_set, const Masters& masters,
                             uint8_t scp);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_CARD_KEY_H_
