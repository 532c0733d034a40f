#include "lib/card/scp/openssl/scp03_openssl_cipher.h"

#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/cmac.h"
#include "lib/crypto/padding.h"

namespace cardferry::scp {
namespace {

// In `i`.
constexpr uint8_t kRMac = 0x20;
constexpr uint8_t kREnc = 0x40;

using Block = std::array<uint8_t, kAesBlock>;

// `first` and the counter as a block, big-endian.
Block CounterBlock(uint8_t first, uint32_t counter) {
  Block block = {first};
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
      seed, std::move(keys), std::move(mac), std::move(enc)));
}

absl::StatusOr<std::unique_ptr<Scp03OpensslCipher>>
Scp03OpensslCipher::CreateStarted(const ChannelProtocol& protocol,
                                  const ChannelQuirks& quirks,
                                  Scp03SessionKeys keys, Start start) {
  RETURN_IF_ERROR(CheckProtocol(protocol));
  if (protocol.scp != kScp03) {
    return absl::UnimplementedError(
        absl::StrFormat("SCP%02X is not SCP03", protocol.scp));
  }
  if (start.chaining_value.size() != kAesBlock) {
    return absl::InvalidArgumentError("a chaining value has 16 bytes");
  }
  ASSIGN_OR_RETURN(AesCmac mac, AesCmac::Create(keys.mac));
  ASSIGN_OR_RETURN(AesCbc enc, AesCbc::Create(keys.enc));
  SessionSeed seed;
  seed.protocol = protocol;
  seed.quirks = quirks;
  return std::unique_ptr<Scp03OpensslCipher>(new Scp03OpensslCipher(
      seed, std::move(keys), std::move(mac), std::move(enc), std::move(start)));
}

absl::StatusOr<Bytes> Scp03OpensslCipher::Cryptogram(
    Scp03Constant constant) const {
  if (start_) {
    return absl::InvalidArgumentError(
        "a session that SCP11 began has no cryptograms");
  }
  ASSIGN_OR_RETURN(
      const SecretBytes cryptogram,
      Scp03Kdf(keys_.mac, static_cast<uint8_t>(constant),
               Concat({seed_.host_challenge, seed_.card_challenge}),
               ChallengeLength(seed_.protocol) * 8));
  const ByteSpan bytes = cryptogram.Read(GrantSecretAccess());
  return Bytes(bytes.begin(), bytes.end());
}

absl::StatusOr<Bytes> Scp03OpensslCipher::CardCryptogram() {
  return Cryptogram(Scp03Constant::kCardCryptogram);
}

absl::StatusOr<Bytes> Scp03OpensslCipher::HostCryptogram() {
  return Cryptogram(Scp03Constant::kHostCryptogram);
}

// One block under a zero ICV is the block cipher alone.
absl::StatusOr<Bytes> Scp03OpensslCipher::EncryptBlock(ByteSpan block) {
  return enc_.Encrypt(Block{}, block);
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
  RETURN_IF_ERROR(CheckPlaintexts(*this, plaintexts));
  std::vector<Bytes> ciphertexts;
  ciphertexts.reserve(plaintexts.size());
  for (const Plaintext& plaintext : plaintexts) {
    ASSIGN_OR_RETURN(const Bytes icv,
                     EncryptBlock(CounterBlock(0x00, plaintext.counter)));
    // GPC Amendment D, 4.1.4.
    ASSIGN_OR_RETURN(
        Bytes ciphertext,
        enc_.Encrypt(icv, crypto::Iso9797Padded(plaintext.data, kAesBlock)));
    ciphertexts.push_back(std::move(ciphertext));
  }
  return ciphertexts;
}

absl::StatusOr<std::vector<Bytes>> Scp03OpensslCipher::ResponseMacs(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  if ((seed_.protocol.i & kRMac) == 0) {
    return SessionCipher::ResponseMacs(chaining_value, messages);
  }
  if (!chaining_value.empty()) {
    return absl::InvalidArgumentError("R-MACs of SCP03 are not chained");
  }
  std::vector<Bytes> macs;
  macs.reserve(messages.size());
  for (const Bytes& message : messages) {
    ASSIGN_OR_RETURN(Bytes mac, crypto::AesCmac(keys_.rmac, message));
    macs.push_back(std::move(mac));
  }
  return macs;
}

absl::StatusOr<std::vector<Bytes>> Scp03OpensslCipher::DecryptResponses(
    absl::Span<const Ciphertext> ciphertexts) {
  if ((seed_.protocol.i & kREnc) == 0) {
    return SessionCipher::DecryptResponses(ciphertexts);
  }
  std::vector<Bytes> plaintexts;
  plaintexts.reserve(ciphertexts.size());
  for (const Ciphertext& ciphertext : ciphertexts) {
    ASSIGN_OR_RETURN(const Bytes icv,
                     EncryptBlock(CounterBlock(0x80, ciphertext.counter)));
    ASSIGN_OR_RETURN(Bytes plaintext,
                     crypto::AesCbcDecrypt(keys_.enc, icv, ciphertext.data));
    RETURN_IF_ERROR(crypto::RemoveIso9797Padding(plaintext));
    plaintexts.push_back(std::move(plaintext));
  }
  return plaintexts;
}

}  // namespace cardferry::scp
