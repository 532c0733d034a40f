#include "cardsim/files/file_keys.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cardsim/card_error.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/cmac.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {
namespace {

constexpr size_t kMacSize = 8;

absl::StatusOr<Bytes> Mac(const KeySet& keys, ByteSpan cryptogram) {
  if (keys.type == KeyType::kDes) {
    return crypto::RetailMac(keys.mac, Bytes(8),
                             crypto::Iso9797Padded(cryptogram, 8));
  }
  ASSIGN_OR_RETURN(Bytes mac, crypto::AesCmac(keys.mac, crypto::Iso9797Padded(
                                                            cryptogram, 16)));
  mac.resize(kMacSize);
  return mac;
}

absl::StatusOr<Bytes> Decrypt(const KeySet& keys, ByteSpan data) {
  return keys.type == KeyType::kDes
             ? crypto::TdesCbcDecrypt(keys.enc, Bytes(8), data)
             : crypto::AesCbcDecrypt(keys.enc, Bytes(16), data);
}

absl::StatusOr<Bytes> Encrypt(const KeySet& keys, ByteSpan data) {
  return keys.type == KeyType::kDes
             ? crypto::TdesCbcEncrypt(keys.enc, Bytes(8), data)
             : crypto::AesCbcEncrypt(keys.enc, Bytes(16), data);
}

// 9.7.1.2: a hash of the seed and a number of four bytes.
SecretBytes Derive(ByteSpan seed, uint8_t number) {
  Bytes input = Concat({seed, {0, 0, 0, number}});
  Bytes hash = seed.size() == 16 ? crypto::Sha1(input) : crypto::Sha256(input);
  SecretBytes key = SecretBytes::CopyOf(ByteSpan(hash).first(seed.size()));
  WipeBytes(absl::MakeSpan(input));
  WipeBytes(absl::MakeSpan(hash));
  return key;
}

// The session of the two halves of a key.
FileMessaging MakeSession(const KeySet& keys, ByteSpan host_key,
                          ByteSpan card_key, ByteSpan challenge,
                          ByteSpan host_challenge) {
  Bytes seed(host_key.begin(), host_key.end());
  for (size_t i = 0; i < seed.size(); ++i) {
    seed[i] = static_cast<uint8_t>(seed[i] ^ card_key[i]);
  }
  const size_t part = keys.type == KeyType::kDes ? 4 : 8;
  FileMessaging session(
      keys.type, Derive(seed, 1), Derive(seed, 2),
      Concat({challenge.last(part), host_challenge.last(part)}));
  WipeBytes(absl::MakeSpan(seed));
  return session;
}

}  // namespace

absl::Status CheckFileKeys(const KeySet& keys) {
  const size_t size = keys.enc.size();
  if (keys.mac.size() == size &&
      (size == 16 || (size == 32 && keys.type == KeyType::kAes))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "a file-oriented card has keys of 16 bytes, or 32 for AES, and not of ",
      size));
}

absl::StatusOr<Authentication> AnswerAuthentication(const KeySet& keys,
                                                    ByteSpan challenge,
                                                    ByteSpan token,
                                                    RandomSource& random) {
  const size_t size = 2 * kFileChallengeSize + keys.enc.size();
  if (token.size() != size + kMacSize) {
    return CardError(kWrongLength, "no authentication token");
  }
  ASSIGN_OR_RETURN(const Bytes mac, Mac(keys, token.first(size)));
  if (!ConstantTimeEqual(mac, token.last(kMacSize))) {
    return CardError(kAuthenticationFailed, "another MAC");
  }
  ASSIGN_OR_RETURN(Bytes plain, Decrypt(keys, token.first(size)));
  const ByteSpan host_challenge = ByteSpan(plain).first(kFileChallengeSize);
  const ByteSpan host_key = ByteSpan(plain).subspan(2 * kFileChallengeSize);
  if (!ConstantTimeEqual(
          ByteSpan(plain).subspan(kFileChallengeSize, kFileChallengeSize),
          challenge)) {
    return CardError(kAuthenticationFailed, "for another challenge");
  }
  const Bytes card_key = random.Draw(keys.enc.size());
  ASSIGN_OR_RETURN(
      Bytes answer,
      Encrypt(keys, Concat({challenge, host_challenge, card_key})));
  ASSIGN_OR_RETURN(const Bytes answer_mac, Mac(keys, answer));
  Append(answer, answer_mac);
  FileMessaging session =
      MakeSession(keys, host_key, card_key, challenge, host_challenge);
  WipeBytes(absl::MakeSpan(plain));
  return Authentication{std::move(answer), std::move(session)};
}

}  // namespace cardferry::cardsim
