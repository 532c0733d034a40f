#include "lib/card/scp/openssl/scp02_openssl_cipher.h"

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/des_session.h"
#include "lib/card/scp/openssl/scp02_session_key.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::scp {
namespace {

using crypto::kDesBlockSize;

// In `i`.
constexpr uint8_t kIcvEncryption = 0x10;
constexpr uint8_t kRMac = 0x20;

bool HasOption(const ChannelProtocol& protocol, uint8_t option) {
  return (protocol.i & option) != 0;
}

// The sequence counter of the seed, and the one that follows it.
ByteSpan CounterOf(const SessionSeed& seed) {
  return ByteSpan(seed.card_challenge).first(2);
}

Bytes Following(ByteSpan counter) {
  const int next = ((counter[0] << 8) | counter[1]) + 1;
  return {static_cast<uint8_t>(next >> 8), static_cast<uint8_t>(next)};
}

absl::StatusOr<Bytes> MacOfAid(const SecretBytes& key,
                               const SessionSeed& seed) {
  if (seed.aid.empty()) {
    return absl::InvalidArgumentError("the session's seed has no AID");
  }
  return crypto::RetailMac(key, Bytes(kDesBlockSize), DesPadded(seed.aid));
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
  const ByteSpan counter = CounterOf(seed);
  Keys keys;
  ASSIGN_OR_RETURN(keys.enc, DeriveScp02SessionKey(
                                 static_enc, Scp02Constant::kSEnc, counter));
  ASSIGN_OR_RETURN(keys.mac, DeriveScp02SessionKey(
                                 static_mac, Scp02Constant::kSMac, counter));
  ASSIGN_OR_RETURN(keys.icv, crypto::SingleDesKey(keys.mac));
  ASSIGN_OR_RETURN(keys.rmac, DeriveScp02SessionKey(
                                  static_mac, Scp02Constant::kSRmac, counter));
  const bool same = seed.quirks.derives_all_from_first_counter;
  ASSIGN_OR_RETURN(
      keys.begun_rmac,
      DeriveScp02SessionKey(
          static_mac, Scp02Constant::kSRmac,
          same ? Bytes(counter.begin(), counter.end()) : Following(counter)));
  return std::unique_ptr<Scp02OpensslCipher>(
      new Scp02OpensslCipher(seed, std::move(keys)));
}

absl::Status Scp02OpensslCipher::CheckExplicit() const {
  if (!IsImplicit(seed_.protocol)) return absl::OkStatus();
  return absl::InvalidArgumentError("implicit initiation has no cryptograms");
}

// GPCS 2.3.1, E.4.2: over host challenge (8) | sequence counter (2) | card
// challenge (6), and for the host's over the same with its challenge last.
absl::StatusOr<Bytes> Scp02OpensslCipher::CardCryptogram() {
  RETURN_IF_ERROR(CheckExplicit());
  return DesCryptogram(keys_.enc, seed_.host_challenge, seed_.card_challenge);
}

absl::StatusOr<Bytes> Scp02OpensslCipher::HostCryptogram() {
  RETURN_IF_ERROR(CheckExplicit());
  return DesCryptogram(keys_.enc, seed_.card_challenge, seed_.host_challenge);
}

// GPCS 2.3.1, E.3.2 and E.3.3.
absl::StatusOr<Bytes> Scp02OpensslCipher::FirstIcv() const {
  if (!IsImplicit(seed_.protocol)) return Bytes(kDesBlockSize);
  ASSIGN_OR_RETURN(Bytes mac, MacOfAid(keys_.mac, seed_));
  return seed_.quirks.encrypts_first_icv ? Icv(mac) : std::move(mac);
}

// GPCS 2.3.1, E.3.4: single DES under the first half of S-MAC.
absl::StatusOr<Bytes> Scp02OpensslCipher::Icv(ByteSpan chaining_value) const {
  if (chaining_value.empty()) return FirstIcv();
  if (!HasOption(seed_.protocol, kIcvEncryption)) {
    return Bytes(chaining_value.begin(), chaining_value.end());
  }
  return crypto::TdesEcbEncrypt(keys_.icv, chaining_value);
}

absl::StatusOr<std::vector<Bytes>> Scp02OpensslCipher::MacChain(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  RETURN_IF_ERROR(CheckDesChainingValue(chaining_value));
  std::vector<Bytes> macs;
  macs.reserve(messages.size());  // `chaining_value` points into it
  for (const Bytes& message : messages) {
    ASSIGN_OR_RETURN(const Bytes icv, Icv(chaining_value));
    ASSIGN_OR_RETURN(Bytes mac,
                     crypto::RetailMac(keys_.mac, icv, DesPadded(message)));
    macs.push_back(std::move(mac));
    chaining_value = macs.back();
  }
  return macs;
}

absl::StatusOr<std::vector<Bytes>> Scp02OpensslCipher::EncryptCommands(
    absl::Span<const Plaintext> plaintexts) {
  RETURN_IF_ERROR(CheckPlaintexts(*this, plaintexts));
  std::vector<Bytes> ciphertexts;
  ciphertexts.reserve(plaintexts.size());
  for (const Plaintext& plaintext : plaintexts) {
    ASSIGN_OR_RETURN(Bytes ciphertext,
                     crypto::TdesCbcEncrypt(keys_.enc, Bytes(kDesBlockSize),
                                            DesPadded(plaintext.data)));
    ciphertexts.push_back(std::move(ciphertext));
  }
  return ciphertexts;
}

absl::StatusOr<std::vector<Bytes>> Scp02OpensslCipher::ResponseMacs(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  if (!HasOption(seed_.protocol, kRMac)) {
    return SessionCipher::ResponseMacs(chaining_value, messages);
  }
  RETURN_IF_ERROR(CheckDesChainingValue(chaining_value));
  const bool begun = chaining_value.empty();
  const SecretBytes& key = begun ? keys_.begun_rmac : keys_.rmac;
  Bytes last(chaining_value.begin(), chaining_value.end());
  if (begun) {
    ASSIGN_OR_RETURN(last, MacOfAid(key, seed_));
  }
  std::vector<Bytes> macs;
  macs.reserve(messages.size());
  for (const Bytes& message : messages) {
    ASSIGN_OR_RETURN(last, crypto::RetailMac(key, last, DesPadded(message)));
    macs.push_back(last);
  }
  return macs;
}

absl::StatusOr<std::vector<Bytes>> Scp02OpensslCipher::DecryptCommands(
    absl::Span<const Ciphertext> ciphertexts) {
  std::vector<Bytes> plaintexts;
  plaintexts.reserve(ciphertexts.size());
  for (const Ciphertext& ciphertext : ciphertexts) {
    ASSIGN_OR_RETURN(Bytes plaintext,
                     crypto::TdesCbcDecrypt(keys_.enc, Bytes(kDesBlockSize),
                                            ciphertext.data));
    RETURN_IF_ERROR(crypto::RemoveIso9797Padding(plaintext));
    plaintexts.push_back(std::move(plaintext));
  }
  return plaintexts;
}

}  // namespace cardferry::scp
