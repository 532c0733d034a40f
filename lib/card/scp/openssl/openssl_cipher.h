#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_OPENSSL_CIPHER_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_OPENSSL_CIPHER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"

namespace cardferry::scp {

// The cipher of the seed's protocol over OpenSSL: Scp01OpensslCipher,
// Scp02OpensslCipher or Scp03OpensslCipher, with their errors.
absl::StatusOr<std::unique_ptr<SessionCipher>> CreateOpensslCipher(
    const SecretBytes& static_enc, const SecretBytes& static_mac,
    const SessionSeed& seed);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_OPENSSL_CIPHER_H_
