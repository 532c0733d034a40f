#ifndef CARDFERRY_BENCH_FAST_OPENSSL_KEYS_H_
#define CARDFERRY_BENCH_FAST_OPENSSL_KEYS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/keyvault/testing/openssl_hsm_keys.h"

namespace cardferry::bench {

// The vault's keys in memory, as fast as OpenSSL can be had: algorithms fetched
// once for the whole process, one context a key, keys on the stack without any
// care for them. Only what is measured against: AES-128 with KDF3, and triple
// DES with VISA2. (The class below it for tests guards each key with system
// calls, which would flatter an HSM.)
class FastOpensslKeys final : public keyvault::HsmKeys {
 public:
  explicit FastOpensslKeys(std::vector<keyvault::KnownKeySet> key_sets)
      : key_sets_(std::move(key_sets)), others_(key_sets_) {}

  std::vector<keyvault::KeySetDescription> KeySets() const override {
    return others_.KeySets();
  }
  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenSession(
      const keyvault::CardKeySelection& card,
      const scp::SessionSeed& seed) override;
  absl::StatusOr<Bytes> PredictChallenge(
      const keyvault::CardKeySelection& card,
      const keyvault::ChallengeSource& source) override {
    return others_.PredictChallenge(card, source);
  }
  absl::StatusOr<Bytes> Seal(absl::string_view purpose,
                             ByteSpan plaintext) override {
    return others_.Seal(purpose, plaintext);
  }
  absl::StatusOr<Bytes> Unseal(absl::string_view purpose,
                               ByteSpan sealed) override {
    return others_.Unseal(purpose, sealed);
  }
  absl::StatusOr<Bytes> TicketMac(ByteSpan ticket) override {
    return others_.TicketMac(ticket);
  }
  absl::StatusOr<Bytes> ReceiptMac(const keyvault::CardKeySelection& card,
                                   ByteSpan message) override {
    return others_.ReceiptMac(card, message);
  }
  uint64_t CallCount() const override { return 0; }
  absl::Status Health() override { return absl::OkStatus(); }

 private:
  const std::vector<keyvault::KnownKeySet> key_sets_;
  keyvault::OpensslHsmKeys others_;
};

// The cryptography of one C-MAC session and nothing else: card key, S-MAC,
// cryptograms, EXTERNAL AUTHENTICATE, and `commands` chained C-MACs of
// `command_bytes` of data each, under given keys.
void RunBareOpenssl(size_t commands, size_t command_bytes);

}  // namespace cardferry::bench

#endif  // CARDFERRY_BENCH_FAST_OPENSSL_KEYS_H_
