#include "lib/crypto/tdes.h"

#include <openssl/evp.h>

#include <algorithm>
#include <climits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/block_cipher.h"

namespace cardferry::crypto {
namespace {

enum class Mode { kEcb, kCbc };

const EVP_CIPHER* Cipher(Mode mode, size_t key_size) {
  switch (key_size) {
    case 16:
      return mode == Mode::kCbc ? EVP_des_ede_cbc() : EVP_des_ede_ecb();
    case 24:
      return mode == Mode::kCbc ? EVP_des_ede3_cbc() : EVP_des_ede3_ecb();
    default:
      return nullptr;
  }
}

struct Operation {
  Mode mode;
  Direction direction;
  ByteSpan iv;  // empty for ECB
};

absl::Status CheckLengths(const Operation& operation, const SecretBytes& key,
                          ByteSpan data) {
  if (Cipher(operation.mode, key.size()) == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("a triple-DES key has 16 or 24 bytes, not ", key.size()));
  }
  if (operation.mode == Mode::kCbc && operation.iv.size() != kDesBlockSize) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the IV of DES-CBC has 8 bytes, not ", operation.iv.size()));
  }
  if (data.size() % kDesBlockSize != 0 || data.size() > INT_MAX) {
    return absl::InvalidArgumentError(absl::StrCat(
        "DES without padding takes whole blocks, not ", data.size(), " bytes"));
  }
  return absl::OkStatus();
}

// `out` has as many bytes as `data`.
absl::Status Run(const Operation& operation, const SecretBytes& key,
                 ByteSpan data, absl::Span<uint8_t> out) {
  RETURN_IF_ERROR(CheckLengths(operation, key, data));
  return RunBlockCipher(Cipher(operation.mode, key.size()), operation.direction,
                        key, operation.iv, data, out);
}

absl::StatusOr<Bytes> RunPublic(const Operation& operation,
                                const SecretBytes& key, ByteSpan data) {
  Bytes out(data.size());
  RETURN_IF_ERROR(Run(operation, key, data, absl::MakeSpan(out)));
  return out;
}

absl::StatusOr<SecretBytes> RunSecret(const Operation& operation,
                                      const SecretBytes& key, ByteSpan data) {
  SecretBytes out(data.size());
  RETURN_IF_ERROR(Run(operation, key, data, out.Write(GrantSecretAccess())));
  return out;
}

}  // namespace

absl::StatusOr<Bytes> TdesCbcEncrypt(const SecretBytes& key, ByteSpan iv,
                                     ByteSpan data) {
  return RunPublic({Mode::kCbc, Direction::kEncrypt, iv}, key, data);
}

absl::StatusOr<Bytes> TdesCbcDecrypt(const SecretBytes& key, ByteSpan iv,
                                     ByteSpan data) {
  return RunPublic({Mode::kCbc, Direction::kDecrypt, iv}, key, data);
}

absl::StatusOr<Bytes> TdesEcbEncrypt(const SecretBytes& key, ByteSpan data) {
  return RunPublic({Mode::kEcb, Direction::kEncrypt, {}}, key, data);
}

absl::StatusOr<SecretBytes> TdesCbcDeriveKey(const SecretBytes& key,
                                             ByteSpan iv, ByteSpan data) {
  return RunSecret({Mode::kCbc, Direction::kEncrypt, iv}, key, data);
}

absl::StatusOr<SecretBytes> TdesEcbDeriveKey(const SecretBytes& key,
                                             ByteSpan data) {
  return RunSecret({Mode::kEcb, Direction::kEncrypt, {}}, key, data);
}

absl::StatusOr<SecretBytes> TdesEcbUnwrapKey(const SecretBytes& key,
                                             ByteSpan data) {
  return RunSecret({Mode::kEcb, Direction::kDecrypt, {}}, key, data);
}

absl::StatusOr<SecretBytes> SingleDesKey(const SecretBytes& key) {
  const ByteSpan bytes = key.Read(GrantSecretAccess());
  if (bytes.size() < kDesBlockSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("a DES key has 8 bytes, not ", bytes.size()));
  }
  SecretBytes doubled(2 * kDesBlockSize);
  const absl::Span<uint8_t> out = doubled.Write(GrantSecretAccess());
  std::copy_n(bytes.begin(), kDesBlockSize, out.begin());
  std::copy_n(bytes.begin(), kDesBlockSize, out.begin() + kDesBlockSize);
  return doubled;
}

}  // namespace cardferry::crypto
