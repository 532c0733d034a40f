#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP02_OPENSSL_CIPHER_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP02_OPENSSL_CIPHER_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"

namespace cardferry::scp {

// SCP02 with explicit or implicit initiation and known keys, over OpenSSL.
class Scp02OpensslCipher : public SessionCipher {
 public:
  // The session of the card with the static keys K-ENC and K-MAC, 16 bytes
  // each; the same where `i` has one base key. INVALID_ARGUMENT for other
  // lengths, UNIMPLEMENTED for another protocol.
  static absl::StatusOr<std::unique_ptr<Scp02OpensslCipher>> Create(
      const SecretBytes& static_enc, const SecretBytes& static_mac,
      const SessionSeed& seed);

  ChannelProtocol protocol() const override { return seed_.protocol; }
  ChannelQuirks quirks() const override { return seed_.quirks; }
  absl::StatusOr<Bytes> CardCryptogram() override;
  absl::StatusOr<Bytes> HostCryptogram() override;
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override;
  absl::StatusOr<std::vector<Bytes>> ResponseMacs(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> DecryptCommands(
      absl::Span<const Ciphertext> ciphertexts) override;

 private:
  struct Keys {
    SecretBytes enc;         // S-ENC
    SecretBytes mac;         // S-MAC
    SecretBytes icv;         // single DES under the first half of S-MAC
    SecretBytes rmac;        // S-RMAC of a level with R-MAC
    SecretBytes begun_rmac;  // S-RMAC after BEGIN R-MAC SESSION
  };

  Scp02OpensslCipher(const SessionSeed& seed, Keys keys)
      : seed_(seed), keys_(std::move(keys)) {}

  absl::Status CheckExplicit() const;
  absl::StatusOr<Bytes> FirstIcv() const;
  absl::StatusOr<Bytes> Icv(ByteSpan chaining_value) const;

  const SessionSeed seed_;
  const Keys keys_;
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP02_OPENSSL_CIPHER_H_
