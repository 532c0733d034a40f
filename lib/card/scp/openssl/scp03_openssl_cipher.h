#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP03_OPENSSL_CIPHER_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP03_OPENSSL_CIPHER_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/scp/openssl/aes.h"
#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"

namespace cardferry::scp {

// SCP03 in S8 mode with known keys, over OpenSSL. Not safe to use from two
// threads at once.
class Scp03OpensslCipher : public SessionCipher {
 public:
  // The session of the card with the static keys K-ENC and K-MAC: 16, 24 or 32
  // bytes, both the same. INVALID_ARGUMENT for other lengths, UNIMPLEMENTED for
  // another protocol.
  static absl::StatusOr<std::unique_ptr<Scp03OpensslCipher>> Create(
      const SecretBytes& static_enc, const SecretBytes& static_mac,
      const SessionSeed& seed);

  ChannelProtocol protocol() const override { return protocol_; }
  absl::StatusOr<Bytes> CardCryptogram() override;
  absl::StatusOr<Bytes> HostCryptogram() override;
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override;

 private:
  Scp03OpensslCipher(const ChannelProtocol& protocol, Bytes context,
                     SecretBytes mac_key, AesCmac mac, AesCbc enc)
      : protocol_(protocol),
        context_(std::move(context)),
        mac_key_(std::move(mac_key)),
        mac_(std::move(mac)),
        enc_(std::move(enc)) {}

  const ChannelProtocol protocol_;
  const Bytes context_;  // host challenge || card challenge
  const SecretBytes mac_key_;
  AesCmac mac_;  // under S-MAC
  AesCbc enc_;   // under S-ENC
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP03_OPENSSL_CIPHER_H_
