#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_OPENSSL_HSM_KEYS_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_OPENSSL_HSM_KEYS_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/secret_bytes.h"
#include "lib/card/scp/issuer_template.h"
#include "services/keyvault/hsm/hsm_keys.h"

namespace cardferry::keyvault {

// A key set whose masters are known: for tests and measurements.
struct KnownKeySet {
  KeySetDescription description;
  Bytes master_enc;
  Bytes master_mac;
  // Where `description.diversification` is a template's name.
  std::optional<scp::IssuerTemplate> form = std::nullopt;
};

// The vault's keys in this process's memory, over OpenSSL. What it is not: an
// HSM. Everything is computed as there, byte for byte, but whoever can read the
// memory has the keys. CallCount counts calls of this class and its ciphers.
class OpensslHsmKeys final : public HsmKeys {
 public:
  // The ticket and seal keys are fixed and known too.
  explicit OpensslHsmKeys(std::vector<KnownKeySet> key_sets)
      : key_sets_(std::move(key_sets)) {}

  std::vector<KeySetDescription> KeySets() const override;
  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenSession(
      const CardKeySelection& card, const scp::SessionSeed& seed) override;
  absl::StatusOr<Bytes> PredictChallenge(
      const CardKeySelection& card, const ChallengeSource& source) override;
  absl::StatusOr<Bytes> Seal(absl::string_view purpose,
                             ByteSpan plaintext) override;
  absl::StatusOr<Bytes> Unseal(absl::string_view purpose,
                               ByteSpan sealed) override;
  absl::StatusOr<Bytes> TicketMac(ByteSpan ticket) override;
  absl::StatusOr<Bytes> ReceiptMac(const CardKeySelection& card,
                                   ByteSpan message) override;
  uint64_t CallCount() const override { return calls_; }
  absl::Status Health() override { return absl::OkStatus(); }

 private:
  const std::vector<KnownKeySet> key_sets_;
  std::atomic<uint64_t> calls_{0};
};

// Card key 1 (ENC), 2 (MAC) or 4 (receipts, from the master of MAC) of a card,
// by the key set's diversification: what a card of the key set holds.
absl::StatusOr<SecretBytes> DeriveCardKey(const KnownKeySet& key_set, int key,
                                          ByteSpan key_diversification_data);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_OPENSSL_HSM_KEYS_H_
