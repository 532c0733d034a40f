#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_RECORDING_HSM_KEYS_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_RECORDING_HSM_KEYS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/keyvault/hsm/hsm_keys.h"

namespace cardferry::keyvault {

// What was asked of session keys.
struct CipherLog {
  struct Chain {
    Bytes chaining_value;
    std::vector<Bytes> messages;
  };
  int sessions_opened = 0;
  int card_cryptograms = 0;
  int host_cryptograms = 0;
  std::vector<Chain> chains;
  std::vector<scp::SessionCipher::Plaintext> plaintexts;
  std::vector<Chain> response_chains;
  std::vector<scp::SessionCipher::Ciphertext> decrypted_commands;
  std::vector<scp::SessionCipher::Ciphertext> decrypted_responses;
};

// Other HsmKeys, with a record of what is done with session keys, and with
// faults on demand.
class RecordingHsmKeys final : public HsmKeys {
 public:
  explicit RecordingHsmKeys(HsmKeys& keys) : keys_(&keys) {}

  std::vector<KeySetDescription> KeySets() const override {
    return keys_->KeySets();
  }
  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenSession(
      const CardKeySelection& card, const scp::SessionSeed& seed) override;
  absl::StatusOr<Bytes> PredictChallenge(
      const CardKeySelection& card, const ChallengeSource& source) override {
    return keys_->PredictChallenge(card, source);
  }
  absl::StatusOr<Bytes> Seal(absl::string_view purpose,
                             ByteSpan plaintext) override {
    return keys_->Seal(purpose, plaintext);
  }
  absl::StatusOr<Bytes> Unseal(absl::string_view purpose,
                               ByteSpan sealed) override {
    return keys_->Unseal(purpose, sealed);
  }
  absl::StatusOr<Bytes> TicketMac(ByteSpan ticket) override {
    return keys_->TicketMac(ticket);
  }
  absl::StatusOr<Bytes> ReceiptMac(const CardKeySelection& card,
                                   ByteSpan message) override {
    return keys_->ReceiptMac(card, message);
  }
  uint64_t CallCount() const override { return keys_->CallCount(); }
  absl::Status Health() override { return keys_->Health(); }

  // Other keys from now on: not while they are in use.
  void Use(HsmKeys& keys) { keys_ = &keys; }

  CipherLog log() const;
  void ClearLog();
  // From now on no session can be opened; OK ends that.
  void FailSessionsWith(absl::Status status);
  // From now on the session keys of every cipher fail so; OK ends that.
  void FailCiphersWith(absl::Status status);

 private:
  class Cipher;

  HsmKeys* keys_;
  mutable absl::Mutex mutex_;
  CipherLog log_ ABSL_GUARDED_BY(mutex_);
  absl::Status broken_ ABSL_GUARDED_BY(mutex_);
  absl::Status broken_ciphers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_RECORDING_HSM_KEYS_H_
