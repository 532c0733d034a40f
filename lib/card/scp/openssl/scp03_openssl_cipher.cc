#include "lib/card/scp/openssl/scp03_openssl_cipher.h"

#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/cmac_kdf.h"
#include "lib/crypto/padding.h"

namespace cardferry::scp {
namespace {

constexpr size_t kCryptogramBits = 64;

using Block = std::array<uint8_t, kAesBlock>;

absl::StatusOr<Bytes> Cryptogram(const SecretBytes& mac_key,
                                 Scp03Constant constant, ByteSpan context) {
  ASSIGN_OR_RETURN(const SecretBytes cryptogram,
                   Scp03Kdf(mac_key, static_cast<uint8_t>(constant), context,
                            kCryptogramBits));
  const ByteSpan bytes = cryptogram.Read(GrantSecretAccess());
  return Bytes(bytes.begin(), bytes.end());
}

// The counter as a block, big-endian.
Block CounterBlock(uint32_t counter) {
  Block block = {};
  for (size_t i = 0; i < 4; ++i) {
    block[kAesBlock - 1 - i] = static_cast<uint8_t>(counter >> (8 * i));
  }
  return block;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scp03OpensslCipher>> Scp03OpensslCipher::Create(
    const SecretBytes& static_enc, const SecretBytes& static_mac,
    const SessionSeed& seed) {
  RETURN_IF_ERROR(CheckSeed(seed));
  if (seed.protocol.scp != kScp03) {
    return absl::UnimplementedError(
        absl::StrFormat("SCP%02X is not SCP03", seed.protocol.scp));
  }
  ASSIGN_OR_RETURN(
      Scp03SessionKeys keys,
      DeriveScp03SessionKeys(static_enc, static_mac, seed.host_challenge,
                             seed.card_challenge));
  ASSIGN_OR_RETURN(AesCmac mac, AesCmac::Create(keys.mac));
  ASSIGN_OR_RETURN(AesCbc enc, AesCbc::Create(keys.enc));
  return std::unique_ptr<Scp03OpensslCipher>(new Scp03OpensslCipher(
      seed.protocol, Concat({seed.host_challenge, seed.card_challenge}),
      std::move(keys.mac), std::move(mac), std::move(enc)));
}

absl::StatusOr<Bytes> Scp03OpensslCipher::CardCryptogram() {
  return Cryptogram(mac_key_, Scp03Constant::kCardCryptogram, context_);
}

absl::StatusOr<Bytes> Scp03OpensslCipher::HostCryptogram() {
  return Cryptogram(mac_key_, Scp03Constant::kHostCryptogram, context_);
}

absl::StatusOr<std::vector<Bytes>> Scp03OpensslCipher::MacChain(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  if (chaining_value.size() != kAesBlock) {
    return absl::InvalidArgumentError("a chaining value has 16 bytes");
  }
  std::vector<Bytes> macs;
  macs.reserve(messages.size());
  for (const Bytes& message : messages) {
    Bytes mac(kAesBlock);
    RETURN_IF_ERROR(
        mac_.Compute({chaining_value, message}, absl::MakeSpan(mac)));
    macs.push_back(std::move(mac));
    chaining_value = macs.back();
  }
  return macs;
}

absl::StatusOr<std::vector<Bytes>> Scp03OpensslCipher::EncryptCommands(
    absl::Span<const Plaintext> plaintexts) {
  std::vector<Bytes> ciphertexts;
  ciphertexts.reserve(plaintexts.size());
  for (const Plaintext& plaintext : plaintexts) {
    if (plaintext.data.empty()) {
      return absl::InvalidArgumentError("nothing to encrypt");
    }
    // One block under a zero ICV is the block cipher alone.
    ASSIGN_OR_RETURN(const Bytes icv,
                     enc_.Encrypt(Block{}, CounterBlock(plaintext.counter)));
    // GPC Amendment D, 4.1.4.
    ASSIGN_OR_RETURN(
        Bytes ciphertext,
        enc_.Encrypt(icv, crypto::Iso9797Padded(plaintext.data, kAesBlock)));
    ciphertexts.push_back(std::move(ciphertext));
  }
  return ciphertexts;
}

}  // namespace cardferry::scp
