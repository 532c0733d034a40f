#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP01_OPENSSL_CIPHER_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP01_OPENSSL_CIPHER_H_

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

// SCP01 with known keys, over OpenSSL.
class Scp01OpensslCipher : public SessionCipher {
 public:
  // The session of the card with the static keys K-ENC and K-MAC, 16 bytes
  // each. INVALID_ARGUMENT for other lengths, UNIMPLEMENTED for another
  // protocol.
  static absl::StatusOr<std::unique_ptr<Scp01OpensslCipher>> Create(
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

 private:
  Scp01OpensslCipher(const SessionSeed& seed, SecretBytes enc, SecretBytes mac)
      : seed_(seed), enc_(std::move(enc)), mac_(std::move(mac)) {}

  absl::StatusOr<Bytes> Icv(ByteSpan chaining_value) const;

  const SessionSeed seed_;
  const SecretBytes enc_;  // S-ENC
  const SecretBytes mac_;  // S-MAC
};

// A session key of SCP01 (GPCS 2.1.1, D.4.1): the triple-DES ECB encryption,
// under the static key, of
//   card challenge, second half (4) | host challenge, first half (4) |
//   card challenge, first half (4) | host challenge, second half (4)
// INVALID_ARGUMENT unless `key` has 16 bytes and each challenge 8.
absl::StatusOr<SecretBytes> DeriveScp01SessionKey(const SecretBytes& key,
                                                  ByteSpan host_challenge,
                                                  ByteSpan card_challenge);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP01_OPENSSL_CIPHER_H_
