#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_OPENSSL_FILE_KEYS_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_OPENSSL_FILE_KEYS_H_

#include <memory>
#include <utility>

#include "lib/card/sm/openssl/host_authentication.h"
#include "services/keyvault/hsm/file_keys.h"
#include "services/keyvault/testing/openssl_hsm_keys.h"

namespace cardferry::keyvault {

// The keys of file-oriented cards in this process's memory, over OpenSSL, from
// one known key set. What it is not: an HSM. Everything is computed as there,
// byte for byte.
class OpensslFileKeys final : public FileKeys {
 public:
  explicit OpensslFileKeys(KnownKeySet key_set)
      : key_set_(std::move(key_set)) {}

  absl::StatusOr<Bytes> AuthenticationToken(
      const FileHandshake& handshake) override;
  absl::StatusOr<std::unique_ptr<sm::SmCipher>> OpenFileSession(
      FileHandshake handshake, ByteSpan answer) override;
  absl::StatusOr<SecretBytes> CardPassword(const CardKeySelection& card,
                                           uint8_t number,
                                           size_t digits) override;

 private:
  absl::StatusOr<sm::StaticKeys> KeysOf(const CardKeySelection& card) const;

  const KnownKeySet key_set_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_OPENSSL_FILE_KEYS_H_
