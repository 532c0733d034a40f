#include "lib/card/sm/openssl/host_authentication.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/card/sm/padding.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/tdes.h"

namespace cardferry::sm {
namespace {

constexpr size_t kChallengeSize = 8;
constexpr size_t kMacSize = 8;
constexpr uint8_t kForEncryption = 1;
constexpr uint8_t kForMac = 2;

absl::Status CheckSeed(const StaticKeys& keys, const HostRandom& host,
                       ByteSpan card_challenge) {
  const size_t size = keys.enc.size();
  const bool keys_fit =
      keys.mac.size() == size && host.key.size() == size &&
      (size == 16 || (keys.algorithm == Algorithm::kAes && size == 32));
  if (keys_fit && host.challenge.size() == kChallengeSize &&
      card_challenge.size() == kChallengeSize) {
    if (card_challenge != ByteSpan(host.challenge)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "mutual authentication with the host's challenge as the card's: its "
        "own token would be an answer");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "mutual authentication with keys of ", size, " bytes and challenges of ",
      host.challenge.size(), " and ", card_challenge.size()));
}

// CBC with an IV of zeros.
absl::StatusOr<Bytes> Crypt(const StaticKeys& keys, bool encrypt,
                            ByteSpan data) {
  if (keys.algorithm == Algorithm::kAes) {
    const auto run = encrypt ? crypto::AesCbcEncrypt : crypto::AesCbcDecrypt;
    return run(keys.enc, Bytes(crypto::kAesBlockSize), data);
  }
  const auto run = encrypt ? crypto::TdesCbcEncrypt : crypto::TdesCbcDecrypt;
  return run(keys.enc, Bytes(crypto::kDesBlockSize), data);
}

absl::StatusOr<Bytes> Mac(const StaticKeys& keys, ByteSpan cryptogram) {
  ASSIGN_OR_RETURN(const std::unique_ptr<OpensslSmCipher> cipher,
                   OpensslSmCipher::Create(keys.algorithm, keys.enc.Clone(),
                                           keys.mac.Clone()));
  ASSIGN_OR_RETURN(std::vector<Bytes> macs,
                   cipher->Macs({Padded(cryptogram, cipher->block_size())}));
  return std::move(macs[0]);
}

SecretBytes Xor(ByteSpan a, ByteSpan b) {
  SecretBytes sum(a.size());
  const absl::Span<uint8_t> out = sum.Write(GrantSecretAccess());
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<uint8_t>(a[i] ^ b[i]);
  }
  return sum;
}

absl::StatusOr<SendSequenceCounter> FirstCounter(Algorithm algorithm,
                                                 ByteSpan card_challenge,
                                                 ByteSpan host_challenge) {
  const size_t part = algorithm == Algorithm::kAes ? 8 : 4;
  return SendSequenceCounter::Create(
      Concat({card_challenge.last(part), host_challenge.last(part)}));
}

absl::StatusOr<SmSession> MakeSession(const StaticKeys& keys,
                                      const SecretBytes& seed,
                                      SendSequenceCounter counter) {
  const size_t size = keys.enc.size();
  ASSIGN_OR_RETURN(SecretBytes enc, DeriveKey(seed, kForEncryption, size));
  ASSIGN_OR_RETURN(SecretBytes mac, DeriveKey(seed, kForMac, size));
  ASSIGN_OR_RETURN(
      std::unique_ptr<SmCipher> cipher,
      OpensslSmCipher::Create(keys.algorithm, std::move(enc), std::move(mac)));
  return SmSession{std::move(cipher), std::move(counter)};
}

}  // namespace

absl::StatusOr<SecretBytes> DeriveKey(const SecretBytes& seed, uint8_t number,
                                      size_t size) {
  SecretBytes input(seed.size() + 4);
  const absl::Span<uint8_t> in = input.Write(GrantSecretAccess());
  const ByteSpan seed_bytes = seed.Read(GrantSecretAccess());
  std::copy(seed_bytes.begin(), seed_bytes.end(), in.begin());
  in.back() = number;
  Bytes hash = size <= 16 ? crypto::Sha1(in) : crypto::Sha256(in);
  if (size > hash.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a session key of ", size, " bytes"));
  }
  SecretBytes key = SecretBytes::CopyOf(ByteSpan(hash).first(size));
  WipeBytes(absl::MakeSpan(hash));
  return key;
}

absl::StatusOr<Bytes> MutualAuthenticationToken(const StaticKeys& keys,
                                                const HostRandom& host,
                                                ByteSpan card_challenge) {
  RETURN_IF_ERROR(CheckSeed(keys, host, card_challenge));
  Bytes plain = Concat(
      {host.challenge, card_challenge, host.key.Read(GrantSecretAccess())});
  absl::StatusOr<Bytes> token = Crypt(keys, /*encrypt=*/true, plain);
  WipeBytes(absl::MakeSpan(plain));
  if (!token.ok()) return token;
  ASSIGN_OR_RETURN(const Bytes mac, Mac(keys, *token));
  Append(*token, mac);
  return token;
}

absl::StatusOr<SmSession> FinishMutualAuthentication(const StaticKeys& keys,
                                                     const HostRandom& host,
                                                     ByteSpan card_challenge,
                                                     ByteSpan answer) {
  RETURN_IF_ERROR(CheckSeed(keys, host, card_challenge));
  const size_t size = 2 * kChallengeSize + keys.enc.size();
  if (answer.size() != size + kMacSize) {
    return absl::DataLossError(
        absl::StrCat("the card's authentication has ", answer.size(),
                     " bytes; it has to have ", size + kMacSize));
  }
  const ByteSpan cryptogram = answer.first(size);
  ASSIGN_OR_RETURN(const Bytes mac, Mac(keys, cryptogram));
  if (!ConstantTimeEqual(mac, answer.last(kMacSize))) {
    return absl::DataLossError(
        "the MAC of the card's authentication does not "
        "fit");
  }
  ASSIGN_OR_RETURN(Bytes plain, Crypt(keys, /*encrypt=*/false, cryptogram));
  const ByteSpan view(plain);
  const bool ours = ConstantTimeEqual(view.first(2 * kChallengeSize),
                                      Concat({card_challenge, host.challenge}));
  const SecretBytes seed =
      Xor(host.key.Read(GrantSecretAccess()), view.subspan(2 * kChallengeSize));
  WipeBytes(absl::MakeSpan(plain));
  if (!ours) {
    return absl::DataLossError(
        "the card's authentication is for other challenges");
  }
  if (seed.Equals(SecretBytes(seed.size()))) {
    return absl::DataLossError("the card's key is the host's");
  }
  ASSIGN_OR_RETURN(
      SendSequenceCounter counter,
      FirstCounter(keys.algorithm, card_challenge, host.challenge));
  return MakeSession(keys, seed, std::move(counter));
}

}  // namespace cardferry::sm
