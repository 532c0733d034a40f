#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_FILE_KEYS_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_FILE_KEYS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/sm/sm_cipher.h"
#include "services/keyvault/hsm/hsm_keys.h"

namespace cardferry::keyvault {

// One mutual authentication with a file-oriented card: RND.IFD and RND.IC, 8
// bytes each, and K.IFD, as long as the card's keys.
struct FileHandshake {
  CardKeySelection card;
  Bytes host_challenge;
  Bytes card_challenge;
  SecretBytes host_key;
};

// What is done in the HSM with the keys of file-oriented cards. Safe to use
// from many threads. Errors as HsmKeys', and INVALID_ARGUMENT when the key
// set's keys are for other cards, or for lengths that do not fit.
class FileKeys {
 public:
  virtual ~FileKeys() = default;

  // The data of MUTUAL AUTHENTICATE.
  virtual absl::StatusOr<Bytes> AuthenticationToken(
      const FileHandshake& handshake) = 0;

  // The session that the card's answer opens, its keys HSM session objects,
  // gone with the cipher. DATA_LOSS when it is not this card's answer to this
  // handshake's token. The session keys pass through memory
  // (docs/adr/0028): only where policy allows it.
  virtual absl::StatusOr<std::unique_ptr<sm::SmCipher>> OpenFileSession(
      FileHandshake handshake, ByteSpan answer) = 0;

  // A password of `digits` decimal digits (4 to 12) of this card alone, made
  // from its third key; `number` tells its passwords apart. As VERIFY sends it,
  // in ASCII.
  virtual absl::StatusOr<SecretBytes> CardPassword(const CardKeySelection& card,
                                                   uint8_t number,
                                                   size_t digits) = 0;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_FILE_KEYS_H_
