#ifndef CARDFERRY_LIB_CARD_SM_OPENSSL_OPENSSL_SM_CIPHER_H_
#define CARDFERRY_LIB_CARD_SM_OPENSSL_OPENSSL_SM_CIPHER_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/sm/sm_cipher.h"

namespace cardferry::sm {

enum class Algorithm { kTripleDes, kAes };

// Secure messaging with known session keys, over OpenSSL.
class OpensslSmCipher : public SmCipher {
 public:
  // Both keys of one length: 16 bytes, or for AES also 24 or 32.
  // INVALID_ARGUMENT otherwise.
  static absl::StatusOr<std::unique_ptr<OpensslSmCipher>> Create(
      Algorithm algorithm, SecretBytes enc, SecretBytes mac);

  size_t block_size() const override;
  absl::StatusOr<std::vector<Bytes>> Macs(
      absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> Encrypt(
      absl::Span<const Blocks> plaintexts) override;
  absl::StatusOr<std::vector<Bytes>> Decrypt(
      absl::Span<const Blocks> ciphertexts) override;

 private:
  OpensslSmCipher(Algorithm algorithm, SecretBytes enc, SecretBytes mac)
      : algorithm_(algorithm), enc_(std::move(enc)), mac_(std::move(mac)) {}

  // The initial value of CBC for a message with this counter.
  absl::StatusOr<Bytes> Iv(const Bytes& counter) const;

  const Algorithm algorithm_;
  const SecretBytes enc_;
  const SecretBytes mac_;
};

}  // namespace cardferry::sm

#endif  // CARDFERRY_LIB_CARD_SM_OPENSSL_OPENSSL_SM_CIPHER_H_
