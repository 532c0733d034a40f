#include "lib/pkcs11/mutual_authentication.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/cmac.h"
#include "lib/pkcs11/cmac_batch.h"

namespace cardferry::pkcs11 {
namespace {

constexpr size_t kChallenge = 8;
constexpr size_t kMac = 8;
constexpr uint8_t kForEncryption = 1;
constexpr uint8_t kForMac = 2;

size_t BlockOf(const CardKeyPair& keys) {
  return keys.is_des ? kDesBlock : kAesBlock;
}

absl::Status CheckSeed(const CardKeyPair& keys,
                       const AuthenticationSeed& seed) {
  const bool keys_fit =
      keys.length == 16 || (!keys.is_des && keys.length == 32);
  if (keys_fit && seed.host_key.size() == keys.length &&
      seed.host_challenge.size() == kChallenge &&
      seed.card_challenge.size() == kChallenge) {
    if (seed.host_challenge != seed.card_challenge) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "mutual authentication with the host's challenge as the card's: its "
        "own token would be an answer");
  }
  return absl::InvalidArgumentError(
      absl::StrCat("mutual authentication with keys of ", keys.length,
                   " bytes and challenges of ", seed.host_challenge.size(),
                   " and ", seed.card_challenge.size()));
}

// Over the cryptogram, padded; its first 8 bytes.
absl::StatusOr<Bytes> MacOf(Session& session, const CardKeyPair& keys,
                            ByteSpan cryptogram, size_t limit) {
  if (keys.is_des) {
    return RetailMac(session, keys.mac, Bytes(kDesBlock), Icv::kPlain,
                     cryptogram, limit);
  }
  Bytes padded(cryptogram.begin(), cryptogram.end());
  padded.push_back(0x80);
  padded.resize((padded.size() + kAesBlock - 1) / kAesBlock * kAesBlock);
  ASSIGN_OR_RETURN(CmacBatch batch,
                   ComputeCmacs(session, keys.mac.whole, {padded}, limit));
  batch.macs[0].resize(kMac);
  return std::move(batch.macs[0]);
}

// A hash of the seed and a number of four bytes, by the module: SHA-1 for keys
// of 16 bytes, else SHA-256.
absl::StatusOr<SecretBytes> Derive(Session& session, const SecretBytes& seed,
                                   uint8_t number) {
  SecretBytes input(seed.size() + 4);
  const absl::Span<uint8_t> in = input.Write(GrantSecretAccess());
  const ByteSpan from = seed.Read(GrantSecretAccess());
  std::copy(from.begin(), from.end(), in.begin());
  in.back() = number;
  ASSIGN_OR_RETURN(
      Bytes hash,
      session.Digest(seed.size() == 16 ? CKM_SHA_1 : CKM_SHA256, in));
  if (hash.size() < seed.size()) {
    return absl::UnavailableError("a hash has too few bytes");
  }
  SecretBytes key = SecretBytes::CopyOf(ByteSpan(hash).first(seed.size()));
  WipeBytes(absl::MakeSpan(hash));
  return key;
}

SecretBytes FirstHalfTwice(const SecretBytes& key) {
  SecretBytes twice(key.size());
  const ByteSpan from = key.Read(GrantSecretAccess()).first(kDesBlock);
  const absl::Span<uint8_t> to = twice.Write(GrantSecretAccess());
  std::copy(from.begin(), from.end(), to.begin());
  std::copy(from.begin(), from.end(), to.begin() + kDesBlock);
  return twice;
}

absl::StatusOr<SessionKeyValues> SessionKeys(Session& session,
                                             const CardKeyPair& keys,
                                             const SecretBytes& sum) {
  SessionKeyValues values;
  ASSIGN_OR_RETURN(values.enc, Derive(session, sum, kForEncryption));
  ASSIGN_OR_RETURN(values.mac, Derive(session, sum, kForMac));
  if (keys.is_des) values.mac_left = FirstHalfTwice(values.mac);
  return values;
}

SecretBytes Sum(const SecretBytes& host_key, ByteSpan card_key) {
  SecretBytes sum = host_key.Clone();
  const absl::Span<uint8_t> out = sum.Write(GrantSecretAccess());
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<uint8_t>(out[i] ^ card_key[i]);
  }
  return sum;
}

// A seed that is no secret.
bool IsZero(const SecretBytes& sum) {
  return sum.Equals(SecretBytes(sum.size()));
}

}  // namespace

absl::StatusOr<Bytes> AuthenticationToken(Session& session,
                                          const CardKeyPair& keys,
                                          const AuthenticationSeed& seed,
                                          size_t limit) {
  RETURN_IF_ERROR(CheckSeed(keys, seed));
  Bytes plain = Concat({seed.host_challenge, seed.card_challenge,
                        seed.host_key.Read(GrantSecretAccess())});
  absl::StatusOr<Bytes> token =
      session.EncryptCbc(keys.enc, Bytes(BlockOf(keys)), plain, limit);
  WipeBytes(absl::MakeSpan(plain));
  RETURN_IF_ERROR(token.status());
  ASSIGN_OR_RETURN(const Bytes mac, MacOf(session, keys, *token, limit));
  Append(*token, mac);
  return token;
}

absl::StatusOr<std::optional<SessionKeyValues>> AgreeOnSessionKeys(
    Session& session, const CardKeyPair& keys, const AuthenticationSeed& seed,
    ByteSpan answer, size_t limit) {
  RETURN_IF_ERROR(CheckSeed(keys, seed));
  const size_t size = 2 * kChallenge + keys.length;
  if (answer.size() != size + kMac) return std::nullopt;
  const ByteSpan cryptogram = answer.first(size);
  ASSIGN_OR_RETURN(const Bytes mac, MacOf(session, keys, cryptogram, limit));
  if (!ConstantTimeEqual(mac, answer.last(kMac))) return std::nullopt;
  ASSIGN_OR_RETURN(
      Bytes plain,
      session.DecryptCbc(keys.enc, Bytes(BlockOf(keys)), cryptogram, limit));
  const ByteSpan view(plain);
  const bool is_ours =
      ConstantTimeEqual(view.first(2 * kChallenge),
                        Concat({seed.card_challenge, seed.host_challenge}));
  const SecretBytes sum = Sum(seed.host_key, view.subspan(2 * kChallenge));
  WipeBytes(absl::MakeSpan(plain));
  if (!is_ours || IsZero(sum)) return std::nullopt;
  return SessionKeys(session, keys, sum);
}

}  // namespace cardferry::pkcs11
