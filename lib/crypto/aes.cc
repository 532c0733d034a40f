#include "lib/crypto/aes.h"

#include <openssl/evp.h>

#include <climits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/block_cipher.h"

namespace cardferry::crypto {
namespace {

const EVP_CIPHER* CbcCipher(size_t key_size) {
  switch (key_size) {
    case 16:
      return EVP_aes_128_cbc();
    case 24:
      return EVP_aes_192_cbc();
    case 32:
      return EVP_aes_256_cbc();
    default:
      return nullptr;
  }
}

const EVP_CIPHER* EcbCipher(size_t key_size) {
  switch (key_size) {
    case 16:
      return EVP_aes_128_ecb();
    case 24:
      return EVP_aes_192_ecb();
    case 32:
      return EVP_aes_256_ecb();
    default:
      return nullptr;
  }
}

absl::Status CheckLengths(const EVP_CIPHER* cipher, const SecretBytes& key,
                          ByteSpan data) {
  if (cipher == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("an AES key has 16, 24 or 32 bytes, not ", key.size()));
  }
  if (data.size() % kAesBlockSize != 0 || data.size() > INT_MAX) {
    return absl::InvalidArgumentError(absl::StrCat(
        "AES without padding takes whole blocks, not ", data.size(), " bytes"));
  }
  return absl::OkStatus();
}

// `out` has as many bytes as `data`.
absl::Status Run(const EVP_CIPHER* cipher, const SecretBytes& key, ByteSpan iv,
                 ByteSpan data, Direction direction, absl::Span<uint8_t> out) {
  RETURN_IF_ERROR(CheckLengths(cipher, key, data));
  return RunBlockCipher(cipher, direction, key, iv, data, out);
}

absl::Status RunCbc(const SecretBytes& key, ByteSpan iv, ByteSpan data,
                    Direction direction, absl::Span<uint8_t> out) {
  if (iv.size() != kAesBlockSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("the IV of AES-CBC has 16 bytes, not ", iv.size()));
  }
  return Run(CbcCipher(key.size()), key, iv, data, direction, out);
}

absl::StatusOr<Bytes> RunEcb(const SecretBytes& key, ByteSpan data,
                             Direction direction) {
  Bytes out(data.size());
  RETURN_IF_ERROR(Run(EcbCipher(key.size()), key, {}, data, direction,
                      absl::MakeSpan(out)));
  return out;
}

}  // namespace

absl::StatusOr<Bytes> AesCbcEncrypt(const SecretBytes& key, ByteSpan iv,
                                    ByteSpan data) {
  Bytes out(data.size());
  RETURN_IF_ERROR(
      RunCbc(key, iv, data, Direction::kEncrypt, absl::MakeSpan(out)));
  return out;
}

absl::StatusOr<Bytes> AesCbcDecrypt(const SecretBytes& key, ByteSpan iv,
                                    ByteSpan data) {
  Bytes out(data.size());
  RETURN_IF_ERROR(
      RunCbc(key, iv, data, Direction::kDecrypt, absl::MakeSpan(out)));
  return out;
}

absl::StatusOr<SecretBytes> AesCbcUnwrapKey(const SecretBytes& key, ByteSpan iv,
                                            ByteSpan data) {
  SecretBytes out(data.size());
  RETURN_IF_ERROR(RunCbc(key, iv, data, Direction::kDecrypt,
                         out.Write(GrantSecretAccess())));
  return out;
}

absl::StatusOr<SecretBytes> AesEcbDeriveKey(const SecretBytes& key,
                                            ByteSpan data) {
  SecretBytes out(data.size());
  RETURN_IF_ERROR(Run(EcbCipher(key.size()), key, {}, data, Direction::kEncrypt,
                      out.Write(GrantSecretAccess())));
  return out;
}

absl::StatusOr<Bytes> AesEcbEncrypt(const SecretBytes& key, ByteSpan data) {
  return RunEcb(key, data, Direction::kEncrypt);
}

absl::StatusOr<Bytes> AesEcbDecrypt(const SecretBytes& key, ByteSpan data) {
  return RunEcb(key, data, Direction::kDecrypt);
}

}  // namespace cardferry::crypto
