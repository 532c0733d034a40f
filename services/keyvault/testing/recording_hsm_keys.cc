#include "services/keyvault/testing/recording_hsm_keys.h"

#include <utility>

#include "lib/base/status_macros.h"

namespace cardferry::keyvault {

class RecordingHsmKeys::Cipher final : public scp::SessionCipher {
 public:
  Cipher(std::unique_ptr<scp::SessionCipher> cipher, RecordingHsmKeys& owner)
      : cipher_(std::move(cipher)), owner_(owner) {}

  scp::ChannelProtocol protocol() const override { return cipher_->protocol(); }
  scp::ChannelQuirks quirks() const override { return cipher_->quirks(); }
  absl::StatusOr<Bytes> CardCryptogram() override {
    {
      absl::MutexLock lock(&owner_.mutex_);
      ++owner_.log_.card_cryptograms;
      RETURN_IF_ERROR(owner_.broken_ciphers_);
    }
    return cipher_->CardCryptogram();
  }
  absl::StatusOr<Bytes> HostCryptogram() override {
    {
      absl::MutexLock lock(&owner_.mutex_);
      ++owner_.log_.host_cryptograms;
      RETURN_IF_ERROR(owner_.broken_ciphers_);
    }
    return cipher_->HostCryptogram();
  }
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override {
    {
      absl::MutexLock lock(&owner_.mutex_);
      owner_.log_.chains.push_back(
          {Bytes(chaining_value.begin(), chaining_value.end()),
           {messages.begin(), messages.end()}});
      RETURN_IF_ERROR(owner_.broken_ciphers_);
    }
    return cipher_->MacChain(chaining_value, messages);
  }
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override {
    {
      absl::MutexLock lock(&owner_.mutex_);
      owner_.log_.plaintexts.insert(owner_.log_.plaintexts.end(),
                                    plaintexts.begin(), plaintexts.end());
      RETURN_IF_ERROR(owner_.broken_ciphers_);
    }
    return cipher_->EncryptCommands(plaintexts);
  }
  absl::StatusOr<std::vector<Bytes>> ResponseMacs(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override {
    {
      absl::MutexLock lock(&owner_.mutex_);
      owner_.log_.response_chains.push_back(
          {Bytes(chaining_value.begin(), chaining_value.end()),
           {messages.begin(), messages.end()}});
      RETURN_IF_ERROR(owner_.broken_ciphers_);
    }
    return cipher_->ResponseMacs(chaining_value, messages);
  }
  absl::StatusOr<std::vector<Bytes>> DecryptCommands(
      absl::Span<const Ciphertext> ciphertexts) override {
    {
      absl::MutexLock lock(&owner_.mutex_);
      owner_.log_.decrypted_commands.assign(ciphertexts.begin(),
                                            ciphertexts.end());
      RETURN_IF_ERROR(owner_.broken_ciphers_);
    }
    return cipher_->DecryptCommands(ciphertexts);
  }
  absl::StatusOr<std::vector<Bytes>> DecryptResponses(
      absl::Span<const Ciphertext> ciphertexts) override {
    {
      absl::MutexLock lock(&owner_.mutex_);
      owner_.log_.decrypted_responses.assign(ciphertexts.begin(),
                                             ciphertexts.end());
      RETURN_IF_ERROR(owner_.broken_ciphers_);
    }
    return cipher_->DecryptResponses(ciphertexts);
  }

 private:
  const std::unique_ptr<scp::SessionCipher> cipher_;
  RecordingHsmKeys& owner_;
};

absl::StatusOr<std::unique_ptr<scp::SessionCipher>>
RecordingHsmKeys::OpenSession(const CardKeySelection& card,
                              const scp::SessionSeed& seed) {
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(broken_);
    ++log_.sessions_opened;
  }
  ASSIGN_OR_RETURN(std::unique_ptr<scp::SessionCipher> cipher,
                   keys_->OpenSession(card, seed));
  return std::make_unique<Cipher>(std::move(cipher), *this);
}

CipherLog RecordingHsmKeys::log() const {
  absl::MutexLock lock(&mutex_);
  return log_;
}

void RecordingHsmKeys::ClearLog() {
  absl::MutexLock lock(&mutex_);
  log_ = {};
}

void RecordingHsmKeys::FailSessionsWith(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  broken_ = std::move(status);
}

void RecordingHsmKeys::FailCiphersWith(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  broken_ciphers_ = std::move(status);
}

}  // namespace cardferry::keyvault
