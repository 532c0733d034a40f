#include "lib/card/scp/openssl/scp02_openssl_cipher.h"

#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/scp02_session_key.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::scp {
namespace {

using crypto::kDesBlockSize;

constexpr uint8_t kIcvEncryption = 0x10;  // in `i`
constexpr std::array<uint8_t, kDesBlockSize> kZeros = {};

Bytes Padded(ByteSpan data) {
  return crypto::Iso9797Padded(data, kDesBlockSize);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scp02OpensslCipher>> Scp02OpensslCipher::Create(
    const SecretBytes& static_enc, const SecretBytes& static_mac,
    const SessionSeed& seed) {
  RETURN_IF_ERROR(CheckSeed(seed));
  if (seed.protocol.scp != kScp02) {
    return absl::UnimplementedError(
        absl::StrFormat("SCP%02X is not SCP02", seed.protocol.scp));
  }
  const ByteSpan counter = ByteSpan(seed.card_challenge).first(2);
  ASSIGN_OR_RETURN(
      SecretBytes enc,
      DeriveScp02SessionKey(static_enc, Scp02Constant::kSEnc, counter));
  ASSIGN_OR_RETURN(
      SecretBytes mac,
      DeriveScp02SessionKey(static_mac, Scp02Constant::kSMac, counter));
  ASSIGN_OR_RETURN(SecretBytes icv, crypto::SingleDesKey(mac));
  return std::unique_ptr<Scp02OpensslCipher>(new Scp02OpensslCipher(
      seed, std::move(enc), std::move(mac), std::move(icv)));
}

// GPCS 2.3.1, E.4.2: a full triple-DES MAC over
//   host challenge (8) | sequence counter (2) | card challenge (6)
// and for the host's over the same with the host's challenge last.
absl::StatusOr<Bytes> Scp02OpensslCipher::CardCryptogram() {
  return crypto::TdesMac(
      enc_, kZeros,
      Padded(Concat({seed_.host_challenge, seed_.card_challenge})));
}

absl::StatusOr<Bytes> Scp02OpensslCipher::HostCryptogram() {
  return crypto::TdesMac(
      enc_, kZeros,
      Padded(Concat({seed_.card_challenge, seed_.host_challenge})));
}

// GPCS 2.3.1, E.3.4: single DES under the first half of S-MAC.
absl::StatusOr<Bytes> Scp02OpensslCipher::Icv(ByteSpan chaining_value) const {
  if (chaining_value.empty()) return Bytes(kDesBlockSize);
  if ((seed_.protocol.i & kIcvEncryption) == 0) {
    return Bytes(chaining_value.begin(), chaining_value.end());
  }
  return crypto::TdesEcbEncrypt(icv_, chaining_value);
}

absl::StatusOr<std::vector<Bytes>> Scp02OpensslCipher::MacChain(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  if (!chaining_value.empty() && chaining_value.size() != kDesBlockSize) {
    return absl::InvalidArgumentError("a chaining value has 8 bytes or none");
  }
  std::vector<Bytes> macs;
  macs.reserve(messages.size());  // `chaining_value` points into it
  for (const Bytes& message : messages) {
    ASSIGN_OR_RETURN(const Bytes icv, Icv(chaining_value));
    ASSIGN_OR_RETURN(Bytes mac, crypto::RetailMac(mac_, icv, Padded(message)));
    macs.push_back(std::move(mac));
    chaining_value = macs.back();
  }
  return macs;
}

absl::StatusOr<std::vector<Bytes>> Scp02OpensslCipher::EncryptCommands(
    absl::Span<const Plaintext> plaintexts) {
  std::vector<Bytes> ciphertexts;
  ciphertexts.reserve(plaintexts.size());
  for (const Plaintext& plaintext : plaintexts) {
    if (plaintext.data.empty()) {
      return absl::InvalidArgumentError("nothing to encrypt");
    }
    ASSIGN_OR_RETURN(
        Bytes ciphertext,
        crypto::TdesCbcEncrypt(enc_, kZeros, Padded(plaintext.data)));
    ciphertexts.push_back(std::move(ciphertext));
  }
  return ciphertexts;
}

}  // namespace cardferry::scp
