#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_SCP02_HSM_CIPHER_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_SCP02_HSM_CIPHER_H_

#include <memory>
#include <optional>
#include <vector>

#include "lib/pkcs11/retail_mac.h"
#include "services/keyvault/hsm/des_hsm_cipher.h"

namespace cardferry::keyvault {

// SCP02 with all keys in the HSM, explicit and implicit initiation.
//
// A MAC chain costs two HSM calls a message: unlike SCP03's it cannot be one
// call, since each MAC ends under another key than it began.
class Scp02HsmCipher final : public DesHsmCipher {
 public:
  // `hsm` outlives the cipher. Derives S-MAC. NOT_FOUND: no such key set;
  // INVALID_ARGUMENT: its keys are not for SCP02.
  static absl::StatusOr<std::unique_ptr<Scp02HsmCipher>> Create(
      HsmContext& hsm, const CardKeySelection& card,
      const scp::SessionSeed& seed);

  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> ResponseMacs(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> DecryptCommands(
      absl::Span<const Ciphertext> ciphertexts) override;

  // The 6 bytes that a card with pseudo-random challenges shows for the seed's
  // counter and AID (GPCS 2.3.1, E.4.2.3).
  absl::StatusOr<Bytes> PseudoRandomChallenge();

 private:
  using DesHsmCipher::DesHsmCipher;

  // A key of retail MACs.
  struct MacKey {
    pkcs11::PooledObject whole;
    pkcs11::PooledObject left;

    pkcs11::RetailMacKey handles() const {
      return {whole.handle(), left.handle()};
    }
  };

  absl::StatusOr<Bytes> PlainBlocks(ByteSpan data) const override;
  absl::StatusOr<pkcs11::PooledObject> MakeEncKey(
      pkcs11::Session& session, const KeyHandles& keys) override;
  void Forget() override;

  ByteSpan SequenceCounter() const {
    return ByteSpan(seed_.card_challenge).subspan(0, 2);
  }
  absl::Status EnsureMacKey(pkcs11::Session& session, const KeyHandles& keys,
                            uint16_t constant, ByteSpan counter,
                            std::optional<MacKey>& key);
  // The MACs of messages, each with the one before it as ICV.
  absl::StatusOr<std::vector<Bytes>> Chain(pkcs11::Session& session,
                                           const MacKey& key, Bytes previous,
                                           pkcs11::Icv first,
                                           pkcs11::Icv others,
                                           absl::Span<const Bytes> messages);
  // The MAC of the seed's AID, ICV zeros.
  absl::StatusOr<Bytes> MacOfAid(pkcs11::Session& session, const MacKey& key);

  std::optional<MacKey> mac_;         // S-MAC
  std::optional<MacKey> rmac_;        // S-RMAC of the session
  std::optional<MacKey> begun_rmac_;  // S-RMAC after BEGIN R-MAC SESSION
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_SCP02_HSM_CIPHER_H_
