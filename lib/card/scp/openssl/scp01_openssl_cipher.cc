#include "lib/card/scp/openssl/scp01_openssl_cipher.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/des_session.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/tdes.h"

namespace cardferry::scp {
namespace {

using crypto::kDesBlockSize;

constexpr uint8_t kIcvEncryption = 0x10;  // in `i`
constexpr size_t kKeyLength = 16;
constexpr size_t kChallengeLength = 8;

// Length (1) | data, padded only if that is not whole blocks (GPCS 2.1.1,
// D.3.4).
absl::StatusOr<Bytes> PlainBlocks(ByteSpan data) {
  if (data.size() > 0xFF) {
    return absl::InvalidArgumentError("SCP01 encrypts at most 255 bytes");
  }
  Bytes blocks = {static_cast<uint8_t>(data.size())};
  Append(blocks, data);
  return blocks.size() % kDesBlockSize == 0 ? blocks : DesPadded(blocks);
}

}  // namespace

absl::StatusOr<SecretBytes> DeriveScp01SessionKey(const SecretBytes& key,
                                                  ByteSpan host_challenge,
                                                  ByteSpan card_challenge) {
  if (key.size() != kKeyLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("an SCP01 key has 16 bytes, not ", key.size()));
  }
  if (host_challenge.size() != kChallengeLength ||
      card_challenge.size() != kChallengeLength) {
    return absl::InvalidArgumentError("a challenge of SCP01 has 8 bytes");
  }
  return crypto::TdesEcbDeriveKey(
      key, Concat({card_challenge.last(4), host_challenge.first(4),
                   card_challenge.first(4), host_challenge.last(4)}));
}

absl::StatusOr<std::unique_ptr<Scp01OpensslCipher>> Scp01OpensslCipher::Create(
    const SecretBytes& static_enc, const SecretBytes& static_mac,
    const SessionSeed& seed) {
  RETURN_IF_ERROR(CheckSeed(seed));
  if (seed.protocol.scp != kScp01) {
    return absl::UnimplementedError(
        absl::StrFormat("SCP%02X is not SCP01", seed.protocol.scp));
  }
  ASSIGN_OR_RETURN(SecretBytes enc,
                   DeriveScp01SessionKey(static_enc, seed.host_challenge,
                                         seed.card_challenge));
  ASSIGN_OR_RETURN(SecretBytes mac,
                   DeriveScp01SessionKey(static_mac, seed.host_challenge,
                                         seed.card_challenge));
  return std::unique_ptr<Scp01OpensslCipher>(
      new Scp01OpensslCipher(seed, std::move(enc), std::move(mac)));
}

absl::StatusOr<Bytes> Scp01OpensslCipher::CardCryptogram() {
  return DesCryptogram(enc_, seed_.host_challenge, seed_.card_challenge);
}

absl::StatusOr<Bytes> Scp01OpensslCipher::HostCryptogram() {
  return DesCryptogram(enc_, seed_.card_challenge, seed_.host_challenge);
}

absl::StatusOr<Bytes> Scp01OpensslCipher::Icv(ByteSpan chaining_value) const {
  if (chaining_value.empty()) return Bytes(kDesBlockSize);
  if ((seed_.protocol.i & kIcvEncryption) == 0) {
    return Bytes(chaining_value.begin(), chaining_value.end());
  }
  return crypto::TdesEcbEncrypt(mac_, chaining_value);
}

absl::StatusOr<std::vector<Bytes>> Scp01OpensslCipher::MacChain(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  RETURN_IF_ERROR(CheckDesChainingValue(chaining_value));
  std::vector<Bytes> macs;
  macs.reserve(messages.size());  // `chaining_value` points into it
  for (const Bytes& message : messages) {
    ASSIGN_OR_RETURN(const Bytes icv, Icv(chaining_value));
    ASSIGN_OR_RETURN(Bytes mac, crypto::TdesMac(mac_, icv, DesPadded(message)));
    macs.push_back(std::move(mac));
    chaining_value = macs.back();
  }
  return macs;
}

absl::StatusOr<std::vector<Bytes>> Scp01OpensslCipher::EncryptCommands(
    absl::Span<const Plaintext> plaintexts) {
  RETURN_IF_ERROR(CheckPlaintexts(*this, plaintexts));
  std::vector<Bytes> ciphertexts;
  ciphertexts.reserve(plaintexts.size());
  for (const Plaintext& plaintext : plaintexts) {
    ASSIGN_OR_RETURN(const Bytes blocks, PlainBlocks(plaintext.data));
    ASSIGN_OR_RETURN(Bytes ciphertext, crypto::TdesCbcEncrypt(
                                           enc_, Bytes(kDesBlockSize), blocks));
    ciphertexts.push_back(std::move(ciphertext));
  }
  return ciphertexts;
}

}  // namespace cardferry::scp
