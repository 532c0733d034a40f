#include "lib/crypto/block_cipher.h"

#include <climits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"

namespace cardferry::crypto {
namespace {

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const {
    EVP_CIPHER_CTX_free(context);
  }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext>;

size_t BlockSize(const EVP_CIPHER* cipher) {
  return static_cast<size_t>(EVP_CIPHER_get_block_size(cipher));
}

absl::Status CheckLengths(const EVP_CIPHER* cipher, const SecretBytes& key,
                          ByteSpan iv, ByteSpan data,
                          absl::Span<const uint8_t> out) {
  if (key.size() != static_cast<size_t>(EVP_CIPHER_get_key_length(cipher)) ||
      iv.size() != static_cast<size_t>(EVP_CIPHER_get_iv_length(cipher))) {
    return absl::InvalidArgumentError("a key or an IV of a wrong length");
  }
  if (data.size() % BlockSize(cipher) != 0 || data.size() > INT_MAX ||
      out.size() != data.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "without padding it takes whole blocks, not ", data.size(), " bytes"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunBlockCipher(const EVP_CIPHER* cipher, Direction direction,
                            const SecretBytes& key, ByteSpan iv, ByteSpan data,
                            absl::Span<uint8_t> out) {
  RETURN_IF_ERROR(CheckLengths(cipher, key, iv, data, out));
  if (data.empty()) return absl::OkStatus();
  const CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0;
  if (context == nullptr ||
      EVP_CipherInit_ex(
          context.get(), cipher, nullptr, key.Read(GrantSecretAccess()).data(),
          iv.empty() ? nullptr : iv.data(), static_cast<int>(direction)) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_CipherUpdate(context.get(), out.data(), &written, data.data(),
                       static_cast<int>(data.size())) != 1 ||
      static_cast<size_t>(written) != out.size()) {
    return absl::InternalError(absl::StrCat("OpenSSL refused an operation of ",
                                            EVP_CIPHER_get0_name(cipher)));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::crypto
