#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_FILE_CARD_KEYS_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_FILE_CARD_KEYS_H_

#include "absl/status/statusor.h"
#include "lib/pkcs11/mutual_authentication.h"
#include "lib/pkcs11/object.h"
#include "lib/pkcs11/session.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/hsm/key_handles.h"
#include "services/keyvault/hsm/module_ways.h"

namespace cardferry::keyvault {

// A file-oriented card's own keys for authentication, made for the moment.
struct FileCardKeys {
  bool is_des = true;
  size_t length = 16;
  pkcs11::Object enc;
  pkcs11::Object mac;
  pkcs11::Object mac_left;  // triple DES only

  pkcs11::CardKeyPair pair() const {
    return {is_des, length, enc.handle(), {mac.handle(), mac_left.handle()}};
  }
};

// The masters of `card`'s key set. NOT_FOUND: there are none; INVALID_ARGUMENT:
// they are for other cards.
absl::StatusOr<Masters> MastersOfFileCard(const KeyHandles& keys,
                                          const CardKeySelection& card);

absl::StatusOr<FileCardKeys> MakeFileCardKeys(pkcs11::Session& session,
                                              const ModuleWays& ways,
                                              const KeyHandles& keys,
                                              const CardKeySelection& card);

// What keys of this type may do: encrypt, or decrypt too, in CBC mode and block
// by block.
pkcs11::KeySpec FileKeySpec(bool is_des, size_t length, bool decrypts);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_FILE_CARD_KEYS_H_
