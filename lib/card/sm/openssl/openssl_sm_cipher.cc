#include "lib/card/sm/openssl/openssl_sm_cipher.h"

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/cmac.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/tdes.h"

namespace cardferry::sm {
namespace {

constexpr size_t kMacSize = 8;

bool IsKeySize(Algorithm algorithm, size_t size) {
  return size == 16 ||
         (algorithm == Algorithm::kAes && (size == 24 || size == 32));
}

}  // namespace

absl::StatusOr<std::unique_ptr<OpensslSmCipher>> OpensslSmCipher::Create(
    Algorithm algorithm, SecretBytes enc, SecretBytes mac) {
  if (!IsKeySize(algorithm, enc.size()) || enc.size() != mac.size()) {
    return absl::InvalidArgumentError(absl::StrCat("secure messaging keys of ",
                                                   enc.size(), " and ",
                                                   mac.size(), " bytes"));
  }
  return absl::WrapUnique(
      new OpensslSmCipher(algorithm, std::move(enc), std::move(mac)));
}

size_t OpensslSmCipher::block_size() const {
  return algorithm_ == Algorithm::kAes ? crypto::kAesBlockSize
                                       : crypto::kDesBlockSize;
}

absl::StatusOr<Bytes> OpensslSmCipher::Iv(const Bytes& counter) const {
  if (algorithm_ == Algorithm::kTripleDes) return Bytes(block_size());
  return crypto::AesEcbEncrypt(enc_, counter);
}

absl::StatusOr<std::vector<Bytes>> OpensslSmCipher::Macs(
    absl::Span<const Bytes> messages) {
  std::vector<Bytes> macs;
  for (const Bytes& message : messages) {
    ASSIGN_OR_RETURN(Bytes mac,
                     algorithm_ == Algorithm::kAes
                         ? crypto::AesCmac(mac_, message)
                         : crypto::RetailMac(mac_, Bytes(kMacSize), message));
    mac.resize(kMacSize);
    macs.push_back(std::move(mac));
  }
  return macs;
}

absl::StatusOr<std::vector<Bytes>> OpensslSmCipher::Encrypt(
    absl::Span<const Blocks> plaintexts) {
  const auto encrypt = algorithm_ == Algorithm::kAes ? crypto::AesCbcEncrypt
                                                     : crypto::TdesCbcEncrypt;
  std::vector<Bytes> ciphertexts;
  for (const Blocks& plaintext : plaintexts) {
    ASSIGN_OR_RETURN(const Bytes iv, Iv(plaintext.counter));
    ASSIGN_OR_RETURN(Bytes data, encrypt(enc_, iv, plaintext.data));
    ciphertexts.push_back(std::move(data));
  }
  return ciphertexts;
}

absl::StatusOr<std::vector<Bytes>> OpensslSmCipher::Decrypt(
    absl::Span<const Blocks> ciphertexts) {
  const auto decrypt = algorithm_ == Algorithm::kAes ? crypto::AesCbcDecrypt
                                                     : crypto::TdesCbcDecrypt;
  std::vector<Bytes> plaintexts;
  for (const Blocks& ciphertext : ciphertexts) {
    ASSIGN_OR_RETURN(const Bytes iv, Iv(ciphertext.counter));
    ASSIGN_OR_RETURN(Bytes data, decrypt(enc_, iv, ciphertext.data));
    plaintexts.push_back(std::move(data));
  }
  return plaintexts;
}

}  // namespace cardferry::sm
