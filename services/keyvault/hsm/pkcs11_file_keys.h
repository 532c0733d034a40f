#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_PKCS11_FILE_KEYS_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_PKCS11_FILE_KEYS_H_

#include <memory>

#include "services/keyvault/hsm/file_keys.h"
#include "services/keyvault/hsm/hsm_context.h"

namespace cardferry::keyvault {

// The keys of file-oriented cards in a PKCS#11 token.
class Pkcs11FileKeys final : public FileKeys {
 public:
  // `hsm` (Pkcs11HsmKeys::context) outlives this.
  explicit Pkcs11FileKeys(HsmContext& hsm) : hsm_(hsm) {}

  absl::StatusOr<Bytes> AuthenticationToken(
      const FileHandshake& handshake) override;
  absl::StatusOr<std::unique_ptr<sm::SmCipher>> OpenFileSession(
      FileHandshake handshake, ByteSpan answer) override;
  absl::StatusOr<SecretBytes> CardPassword(const CardKeySelection& card,
                                           uint8_t number,
                                           size_t digits) override;

 private:
  HsmContext& hsm_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_PKCS11_FILE_KEYS_H_
