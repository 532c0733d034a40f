#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_SCP02_HSM_CIPHER_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_SCP02_HSM_CIPHER_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"
#include "lib/pkcs11/session_pool.h"
#include "services/keyvault/hsm/card_key.h"
#include "services/keyvault/hsm/hsm_context.h"
#include "services/keyvault/hsm/hsm_keys.h"

namespace cardferry::keyvault {

// SCP02 with explicit initiation and all keys in the HSM. S-ENC, S-MAC and the
// first half of S-MAC are session objects made when first needed, from a card
// key that ends at once; they end with this. Each can be made again, so a lost
// session costs time, not the channel. Holds no PKCS#11 session between calls.
// Not safe to use from two threads at once.
//
// A C-MAC chain costs two HSM calls a command: unlike SCP03's it cannot be one
// call, since each MAC ends under another key than it began.
class Scp02HsmCipher final : public scp::SessionCipher {
 public:
  // `hsm` outlives the cipher. Derives S-ENC. NOT_FOUND: no such key set;
  // INVALID_ARGUMENT: its keys are not triple DES keys.
  static absl::StatusOr<std::unique_ptr<Scp02HsmCipher>> Create(
      HsmContext& hsm, const CardKeySelection& card,
      const scp::SessionSeed& seed);

  scp::ChannelProtocol protocol() const override { return seed_.protocol; }
  absl::StatusOr<Bytes> CardCryptogram() override;
  absl::StatusOr<Bytes> HostCryptogram() override;
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override;

 private:
  struct MacKey {
    pkcs11::PooledObject whole;
    pkcs11::PooledObject left;
  };

  Scp02HsmCipher(HsmContext& hsm, const CardKeySelection& card,
                 const scp::SessionSeed& seed)
      : hsm_(hsm), card_(card), seed_(seed) {}

  // Runs `operation(session, keys)`, with all session keys made again if one
  // is gone.
  template <typename Operation>
  auto Run(Operation operation) {
    return hsm_.Run(std::move(operation), [this] { Forget(); });
  }
  void Forget();

  ByteSpan SequenceCounter() const {
    return ByteSpan(seed_.card_challenge).subspan(0, 2);
  }
  absl::StatusOr<CardKey> FindCardKey(pkcs11::Session& session,
                                      const KeyHandles& keys,
                                      CardKeyNumber which);
  absl::StatusOr<pkcs11::PooledObject> DeriveSessionKey(
      pkcs11::Session& session, const CardKey& from,
      pkcs11::Mechanism mechanism);
  absl::Status EnsureMacKey(pkcs11::Session& session, const KeyHandles& keys);
  absl::Status EnsureEncKey(pkcs11::Session& session, const KeyHandles& keys);
  absl::StatusOr<Bytes> Cryptogram(ByteSpan first, ByteSpan second);

  HsmContext& hsm_;
  const CardKeySelection card_;
  const scp::SessionSeed seed_;
  std::optional<MacKey> mac_;
  std::optional<pkcs11::PooledObject> enc_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_SCP02_HSM_CIPHER_H_
