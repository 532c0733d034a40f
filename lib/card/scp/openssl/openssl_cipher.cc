#include "lib/card/scp/openssl/openssl_cipher.h"

#include "lib/card/scp/openssl/scp01_openssl_cipher.h"
#include "lib/card/scp/openssl/scp02_openssl_cipher.h"
#include "lib/card/scp/openssl/scp03_openssl_cipher.h"

namespace cardferry::scp {

absl::StatusOr<std::unique_ptr<SessionCipher>> CreateOpensslCipher(
    const SecretBytes& static_enc, const SecretBytes& static_mac,
    const SessionSeed& seed) {
  switch (seed.protocol.scp) {
    case kScp01:
      return Scp01OpensslCipher::Create(static_enc, static_mac, seed);
    case kScp02:
      return Scp02OpensslCipher::Create(static_enc, static_mac, seed);
    default:
      return Scp03OpensslCipher::Create(static_enc, static_mac, seed);
  }
}

}  // namespace cardferry::scp
