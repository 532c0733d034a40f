#include "lib/crypto/cmac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"

namespace cardferry::crypto {
namespace {

constexpr size_t kMacSize = 16;

struct FreeMacContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMacContext>;

// Fetched once and kept until the process ends: a fetch costs more than a MAC.
EVP_MAC* CmacAlgorithm() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
  return algorithm;
}

const char* CipherName(size_t key_size) {
  switch (key_size) {
    case 16:
      return "AES-128-CBC";
    case 24:
      return "AES-192-CBC";
    case 32:
      return "AES-256-CBC";
    default:
      return nullptr;
  }
}

// `out` has room for kMacSize bytes.
absl::Status Compute(const SecretBytes& key, ByteSpan message,
                     absl::Span<uint8_t> out) {
  const char* const cipher = CipherName(key.size());
  if (cipher == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("an AES key has 16, 24 or 32 bytes, not ", key.size()));
  }
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER,
                                       const_cast<char*>(cipher), 0),
      OSSL_PARAM_construct_end()};
  const MacContext context(EVP_MAC_CTX_new(CmacAlgorithm()));
  size_t written = 0;
  if (context == nullptr ||
      EVP_MAC_init(context.get(), key.Read(GrantSecretAccess()).data(),
                   key.size(), parameters) != 1 ||
      EVP_MAC_update(context.get(), message.data(), message.size()) != 1 ||
      EVP_MAC_final(context.get(), out.data(), &written, out.size()) != 1 ||
      written != kMacSize) {
    return absl::InternalError("OpenSSL refused a CMAC");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Bytes> AesCmac(const SecretBytes& key, ByteSpan message) {
  Bytes mac(kMacSize);
  RETURN_IF_ERROR(Compute(key, message, absl::MakeSpan(mac)));
  return mac;
}

absl::StatusOr<SecretBytes> AesCmacSecret(const SecretBytes& key,
                                          ByteSpan message) {
  SecretBytes mac(kMacSize);
  RETURN_IF_ERROR(Compute(key, message, mac.Write(GrantSecretAccess())));
  return mac;
}

}  // namespace cardferry::crypto
