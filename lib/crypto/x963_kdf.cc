#include "lib/crypto/x963_kdf.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <memory>

#include "absl/status/status.h"
#include "lib/base/secret_access_grant.h"

namespace cardferry::crypto {
namespace {

struct FreeKdf {
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

const char* NameOf(KdfHash hash) {
  switch (hash) {
    case KdfHash::kSha256:
      return "SHA256";
    case KdfHash::kSha384:
      return "SHA384";
    case KdfHash::kSha512:
      return "SHA512";
  }
  return "";
}

// OpenSSL reads parameters through pointers that are not const.
template <typename T>
T* Mutable(const T* pointer) {
  return const_cast<T*>(pointer);
}

OSSL_PARAM Octets(const char* name, ByteSpan bytes) {
  return OSSL_PARAM_construct_octet_string(name, Mutable(bytes.data()),
                                           bytes.size());
}

}  // namespace

absl::StatusOr<SecretBytes> X963Kdf(KdfHash hash, const SecretBytes& secret,
                                    ByteSpan shared_info, size_t length) {
  if (secret.empty() || length == 0) {
    return absl::InvalidArgumentError("nothing to derive");
  }
  const std::unique_ptr<EVP_KDF, FreeKdf> kdf(
      EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_X963KDF, nullptr));
  const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context(
      EVP_KDF_CTX_new(kdf.get()));
  const std::array<OSSL_PARAM, 4> params = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                       Mutable(NameOf(hash)), 0),
      Octets(OSSL_KDF_PARAM_KEY, secret.Read(GrantSecretAccess())),
      Octets(OSSL_KDF_PARAM_INFO, shared_info), OSSL_PARAM_construct_end()};
  SecretBytes derived(length);
  if (context == nullptr ||
      EVP_KDF_derive(context.get(), derived.Write(GrantSecretAccess()).data(),
                     length, params.data()) != 1) {
    ERR_clear_error();
    return absl::InternalError("OpenSSL refuses the key derivation of X9.63");
  }
  return derived;
}

}  // namespace cardferry::crypto
