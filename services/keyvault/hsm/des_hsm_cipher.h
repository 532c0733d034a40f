#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_DES_HSM_CIPHER_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_DES_HSM_CIPHER_H_

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
#include "services/keyvault/hsm_fault.h"

namespace cardferry::keyvault {

// What the ciphers of SCP01 and SCP02 have in common: triple DES keys in the
// HSM. Session keys are session objects made when first needed, from a card key
// that ends at once; they end with this. Each can be made again, so a lost
// session costs time, not the channel. Holds no PKCS#11 session between calls.
// Not safe to use from two threads at once.
class DesHsmCipher : public scp::SessionCipher {
 public:
  scp::ChannelProtocol protocol() const override { return seed_.protocol; }
  scp::ChannelQuirks quirks() const override { return seed_.quirks; }
  // GPCS 2.3.1, E.4.2; 2.1.1, D.3.1.
  absl::StatusOr<Bytes> CardCryptogram() override;
  absl::StatusOr<Bytes> HostCryptogram() override;
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override;

 protected:
  DesHsmCipher(HsmContext& hsm, const CardKeySelection& card,
               const scp::SessionSeed& seed)
      : hsm_(hsm), card_(card), seed_(seed) {}

  // The blocks that C-DECRYPTION encrypts for `data`.
  virtual absl::StatusOr<Bytes> PlainBlocks(ByteSpan data) const = 0;
  virtual absl::StatusOr<pkcs11::PooledObject> MakeEncKey(
      pkcs11::Session& session, const KeyHandles& keys) = 0;
  // Ends the session keys.
  virtual void Forget() { enc_.reset(); }

  // Runs `operation(session, keys)`, with all session keys made again if one
  // is gone. DATA_LOSS is what the channel calls a card's fault: the HSM's is
  // UNAVAILABLE.
  template <typename Operation>
  auto Run(Operation operation) {
    return OfHsm(hsm_.Run(std::move(operation), [this] { Forget(); }));
  }
  bool HasOption(uint8_t option) const {
    return (seed_.protocol.i & option) != 0;
  }

  // NOT_FOUND: no such key set; INVALID_ARGUMENT: its keys are for another
  // protocol.
  absl::StatusOr<CardKey> FindCardKey(pkcs11::Session& session,
                                      const KeyHandles& keys,
                                      CardKeyNumber which);
  absl::StatusOr<pkcs11::PooledObject> DeriveSessionKey(
      pkcs11::Session& session, const CardKey& from,
      pkcs11::Mechanism mechanism, unsigned usages);
  absl::Status EnsureEncKey(pkcs11::Session& session, const KeyHandles& keys);

  HsmContext& hsm_;
  const CardKeySelection card_;
  const scp::SessionSeed seed_;
  std::optional<pkcs11::PooledObject> enc_;  // S-ENC

 private:
  absl::StatusOr<Bytes> Cryptogram(ByteSpan first, ByteSpan second);
};

// OK for a chaining value of 8 bytes or none.
absl::Status CheckDesChainingValue(ByteSpan chaining_value);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_DES_HSM_CIPHER_H_
