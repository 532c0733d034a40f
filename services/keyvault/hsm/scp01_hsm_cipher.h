#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_SCP01_HSM_CIPHER_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_SCP01_HSM_CIPHER_H_

#include <memory>
#include <optional>
#include <vector>

#include "services/keyvault/hsm/des_hsm_cipher.h"

namespace cardferry::keyvault {

// SCP01 with all keys in the HSM. A whole C-MAC chain is one CBC encryption.
class Scp01HsmCipher final : public DesHsmCipher {
 public:
  // `hsm` outlives the cipher. Derives S-ENC. NOT_FOUND: no such key set;
  // INVALID_ARGUMENT: its keys are not for SCP01.
  static absl::StatusOr<std::unique_ptr<Scp01HsmCipher>> Create(
      HsmContext& hsm, const CardKeySelection& card,
      const scp::SessionSeed& seed);

  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;

 private:
  using DesHsmCipher::DesHsmCipher;

  absl::StatusOr<Bytes> PlainBlocks(ByteSpan data) const override;
  absl::StatusOr<pkcs11::PooledObject> MakeEncKey(
      pkcs11::Session& session, const KeyHandles& keys) override;
  void Forget() override;

  absl::StatusOr<pkcs11::PooledObject> MakeKey(pkcs11::Session& session,
                                               const KeyHandles& keys,
                                               CardKeyNumber from);
  absl::Status EnsureMacKey(pkcs11::Session& session, const KeyHandles& keys);

  std::optional<pkcs11::PooledObject> mac_;  // S-MAC
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_SCP01_HSM_CIPHER_H_
