#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP03_OPENSSL_CIPHER_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP03_OPENSSL_CIPHER_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/scp/openssl/aes.h"
#include "lib/card/scp/openssl/cmac_kdf.h"
#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"

namespace cardferry::scp {

// SCP03 with known keys, over OpenSSL. Not safe to use from two
// threads at once.
class Scp03OpensslCipher : public SessionCipher {
 public:
  // The session of the card with the static keys K-ENC and K-MAC: 16, 24 or 32
  // bytes, both the same. INVALID_ARGUMENT for other lengths, UNIMPLEMENTED for
  // another protocol.
  static absl::StatusOr<std::unique_ptr<Scp03OpensslCipher>> Create(
      const SecretBytes& static_enc, const SecretBytes& static_mac,
      const SessionSeed& seed);

  // A session whose keys both sides have agreed on already (SCP11), and how it
  // began. Errors as above; INVALID_ARGUMENT for a chaining value that has not
  // 16 bytes.
  static absl::StatusOr<std::unique_ptr<Scp03OpensslCipher>> CreateStarted(
      const ChannelProtocol& protocol, const ChannelQuirks& quirks,
      Scp03SessionKeys keys, Start start);

  ChannelProtocol protocol() const override { return seed_.protocol; }
  ChannelQuirks quirks() const override { return seed_.quirks; }
  std::optional<Start> start() const override { return start_; }
  absl::StatusOr<Bytes> CardCryptogram() override;
  absl::StatusOr<Bytes> HostCryptogram() override;
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override;
  absl::StatusOr<std::vector<Bytes>> ResponseMacs(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override;
  absl::StatusOr<std::vector<Bytes>> DecryptResponses(
      absl::Span<const Ciphertext> ciphertexts) override;

 private:
  Scp03OpensslCipher(const SessionSeed& seed, Scp03SessionKeys keys,
                     AesCmac mac, AesCbc enc,
                     std::optional<Start> start = std::nullopt)
      : seed_(seed),
        keys_(std::move(keys)),
        mac_(std::move(mac)),
        enc_(std::move(enc)),
        start_(std::move(start)) {}

  absl::StatusOr<Bytes> Cryptogram(Scp03Constant constant) const;
  // The block cipher alone, under S-ENC.
  absl::StatusOr<Bytes> EncryptBlock(ByteSpan block);

  const SessionSeed seed_;
  const Scp03SessionKeys keys_;
  AesCmac mac_;  // under S-MAC
  AesCbc enc_;   // under S-ENC
  const std::optional<Start> start_;
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP03_OPENSSL_CIPHER_H_
