#include "lib/crypto/digest.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace cardferry::crypto {
namespace {

// A hash over memory fails only when OpenSSL has no such algorithm or no
// memory: there is no way on.
Bytes Hash(const EVP_MD* algorithm, ByteSpan message) {
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned int size = 0;
  if (EVP_Digest(message.data(), message.size(), digest.data(), &size,
                 algorithm, nullptr) != 1) {
    std::abort();
  }
  digest.resize(size);
  return digest;
}

}  // namespace

Bytes Sha256(ByteSpan message) { return Hash(EVP_sha256(), message); }
Bytes Sha384(ByteSpan message) { return Hash(EVP_sha384(), message); }
Bytes Sha512(ByteSpan message) { return Hash(EVP_sha512(), message); }
Bytes Sha1(ByteSpan message) { return Hash(EVP_sha1(), message); }

}  // namespace cardferry::crypto
