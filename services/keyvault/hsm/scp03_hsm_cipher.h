#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_SCP03_HSM_CIPHER_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_SCP03_HSM_CIPHER_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"
#include "lib/pkcs11/cmac.h"
#include "lib/pkcs11/session_pool.h"
#include "services/keyvault/hsm/card_key.h"
#include "services/keyvault/hsm/hsm_context.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/hsm_fault.h"

namespace cardferry::keyvault {

// SCP03 with all keys in the HSM. S-MAC, S-ENC and S-RMAC are session objects
// made when first needed, from a card key that ends at once; they end with
// this. Each can be made again, so a lost session costs time, not the channel.
// Holds no PKCS#11 session between calls. Not safe to use from two threads at
// once.
class Scp03HsmCipher final : public scp::SessionCipher {
 public:
  // `hsm` outlives the cipher. Derives S-MAC. NOT_FOUND: no such key set;
  // INVALID_ARGUMENT: its keys are not for SCP03.
  static absl::StatusOr<std::unique_ptr<Scp03HsmCipher>> Create(
      HsmContext& hsm, const CardKeySelection& card,
      const scp::SessionSeed& seed);

  scp::ChannelProtocol protocol() const override { return seed_.protocol; }
  scp::ChannelQuirks quirks() const override { return seed_.quirks; }
  absl::StatusOr<Bytes> CardCryptogram() override;
  absl::StatusOr<Bytes> HostCryptogram() override;
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override;
  absl::StatusOr<std::vector<Bytes>> ResponseMacs(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> DecryptResponses(
      absl::Span<const Ciphertext> ciphertexts) override;

 private:
  struct Cryptograms {
    Bytes card;
    Bytes host;
  };
  // S-MAC, and what its MACs by CBC start from.
  struct MacKey {
    pkcs11::PooledObject key;
    pkcs11::AesBlock zero_encrypted = {};
  };

  Scp03HsmCipher(HsmContext& hsm, const CardKeySelection& card,
                 const scp::SessionSeed& seed)
      : hsm_(hsm), card_(card), seed_(seed) {}

  // Runs `operation(session, keys)`, with all session keys made again if one
  // is gone. DATA_LOSS is what the channel calls a card's fault: the HSM's is
  // UNAVAILABLE.
  template <typename Operation>
  auto Run(Operation operation) {
    return OfHsm(hsm_.Run(std::move(operation), [this] { Forget(); }));
  }
  void Forget();
  bool HasOption(uint8_t option) const {
    return (seed_.protocol.i & option) != 0;
  }

  absl::StatusOr<pkcs11::Object> DeriveSessionKey(pkcs11::Session& session,
                                                  const KeyHandles& keys,
                                                  CardKeyNumber from,
                                                  uint8_t constant,
                                                  pkcs11::KeySpec spec);
  // S-MAC and, as it is there, the cryptograms.
  absl::Status EnsureMacKey(pkcs11::Session& session, const KeyHandles& keys);
  absl::Status EnsureEncKey(pkcs11::Session& session, const KeyHandles& keys);
  absl::Status EnsureRmacKey(pkcs11::Session& session, const KeyHandles& keys);
  absl::StatusOr<Cryptograms> GetCryptograms();
  absl::StatusOr<std::vector<Bytes>> ChainByCbc(
      pkcs11::Session& session, ByteSpan chaining_value,
      absl::Span<const Bytes> messages);
  absl::StatusOr<std::vector<Bytes>> ChainBySign(
      pkcs11::Session& session, ByteSpan chaining_value,
      absl::Span<const Bytes> messages);
  absl::StatusOr<Bytes> EncryptOne(pkcs11::Session& session,
                                   const Plaintext& plaintext);
  absl::StatusOr<std::vector<Bytes>> DecryptAll(
      pkcs11::Session& session, absl::Span<const Ciphertext> ciphertexts);

  HsmContext& hsm_;
  const CardKeySelection card_;
  const scp::SessionSeed seed_;
  std::optional<MacKey> mac_;
  std::optional<pkcs11::PooledObject> enc_;
  std::optional<pkcs11::PooledObject> rmac_;
  std::optional<Cryptograms> cryptograms_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_SCP03_HSM_CIPHER_H_
