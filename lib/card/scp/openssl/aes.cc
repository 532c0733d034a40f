#include "lib/card/scp/openssl/aes.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"

namespace cardferry::scp {
namespace {

absl::Status WrongKeyLength(size_t length) {
  return absl::InvalidArgumentError(
      absl::StrCat("an AES key has 16, 24 or 32 bytes, not ", length));
}

absl::Status OpensslFailed(absl::string_view call) {
  return absl::InternalError(absl::StrCat("OpenSSL: ", call, " failed"));
}

const EVP_CIPHER* CbcCipher(size_t key_length) {
  switch (key_length) {
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

// Looked up once: that takes longer than a MAC.
EVP_MAC* CmacAlgorithm() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
  return algorithm;
}

}  // namespace

absl::StatusOr<AesCmac> AesCmac::Create(const SecretBytes& key) {
  const EVP_CIPHER* const cipher = CbcCipher(key.size());
  if (cipher == nullptr) return WrongKeyLength(key.size());
  Context context(EVP_MAC_CTX_new(CmacAlgorithm()));
  if (context == nullptr) return OpensslFailed("EVP_MAC_CTX_new");
  // OpenSSL does not write to the name, though the type says that it might.
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(
          OSSL_MAC_PARAM_CIPHER,
          const_cast<char*>(EVP_CIPHER_get0_name(cipher)), 0),
      OSSL_PARAM_construct_end()};
  const ByteSpan bytes = key.Read(GrantSecretAccess());
  if (EVP_MAC_init(context.get(), bytes.data(), bytes.size(), parameters) !=
      1) {
    return OpensslFailed("EVP_MAC_init");
  }
  return AesCmac(std::move(context));
}

absl::Status AesCmac::Compute(std::initializer_list<ByteSpan> parts,
                              absl::Span<uint8_t> mac) {
  if (mac.size() != kAesBlock) {
    return absl::InvalidArgumentError("a CMAC has 16 bytes");
  }
  // Without a key: again with the one that it has.
  if (EVP_MAC_init(context_.get(), nullptr, 0, nullptr) != 1) {
    return OpensslFailed("EVP_MAC_init");
  }
  for (const ByteSpan part : parts) {
    if (!part.empty() &&
        EVP_MAC_update(context_.get(), part.data(), part.size()) != 1) {
      return OpensslFailed("EVP_MAC_update");
    }
  }
  size_t length = 0;
  if (EVP_MAC_final(context_.get(), mac.data(), &length, mac.size()) != 1 ||
      length != kAesBlock) {
    return OpensslFailed("EVP_MAC_final");
  }
  return absl::OkStatus();
}

absl::StatusOr<AesCbc> AesCbc::Create(const SecretBytes& key) {
  const EVP_CIPHER* const cipher = CbcCipher(key.size());
  if (cipher == nullptr) return WrongKeyLength(key.size());
  Context context(EVP_CIPHER_CTX_new());
  if (context == nullptr ||
      EVP_EncryptInit_ex2(context.get(), cipher,
                          key.Read(GrantSecretAccess()).data(), nullptr,
                          nullptr) != 1) {
    return OpensslFailed("EVP_EncryptInit_ex2");
  }
  return AesCbc(std::move(context));
}

absl::StatusOr<Bytes> AesCbc::Encrypt(ByteSpan icv, ByteSpan data) {
  constexpr size_t kMaxLength = 1 << 24;
  if (icv.size() != kAesBlock || data.size() % kAesBlock != 0 ||
      data.size() > kMaxLength) {
    return absl::InvalidArgumentError("CBC needs an ICV and whole blocks");
  }
  Bytes out(data.size());
  int length = 0;
  if (EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, icv.data(),
                          nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context_.get(), 0) != 1 ||
      EVP_EncryptUpdate(context_.get(), out.data(), &length, data.data(),
                        static_cast<int>(data.size())) != 1 ||
      static_cast<size_t>(length) != out.size()) {
    return OpensslFailed("EVP_EncryptUpdate");
  }
  return out;
}

}  // namespace cardferry::scp
