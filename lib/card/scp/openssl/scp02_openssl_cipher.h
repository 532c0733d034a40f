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

// SCP02 with explicit initiation and known keys, over OpenSSL.
class Scp02OpensslCipher : public SessionCipher {
 public:
  // The session of the card with the static keys K-ENC and K-MAC, 16 bytes
  // each; the same where `i` has one base key. INVALID_ARGUMENT for other
  // lengths, UNIMPLEMENTED for another protocol.
  static absl::StatusOr<std::unique_ptr<Scp02OpensslCipher>> Create(
      const SecretBytes& static_enc, const SecretBytes& static_mac,
      const SessionSeed& seed);

  ChannelProtocol protocol() const override { return seed_.protocol; }
  absl::StatusOr<Bytes> CardCryptogram() override;
  absl::StatusOr<Bytes> HostCryptogram() override;
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override;

 private:
  Scp02OpensslCipher(const SessionSeed& seed, SecretBytes enc, SecretBytes mac,
                     SecretBytes icv)
      : seed_(seed),
        enc_(std::move(enc)),
        mac_(std::move(mac)),
        icv_(std::move(icv)) {}

  absl::StatusOr<Bytes> Icv(ByteSpan chaining_value) const;

  const SessionSeed seed_;
  const SecretBytes enc_;  // S-ENC
  const SecretBytes mac_;  // S-MAC
  const SecretBytes icv_;  // single DES under the first half of S-MAC
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP02_OPENSSL_CIPHER_H_
