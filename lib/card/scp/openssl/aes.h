#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_AES_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_AES_H_

#include <openssl/evp.h>

#include <initializer_list>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::scp {

inline constexpr size_t kAesBlock = 16;

// AES-CMAC (NIST SP 800-38B) under one key, for many messages. Not safe to use
// from two threads at once.
class AesCmac {
 public:
  // INVALID_ARGUMENT unless `key` has 16, 24 or 32 bytes.
  static absl::StatusOr<AesCmac> Create(const SecretBytes& key);

  // The MAC of the joined `parts` into `mac`, which has kAesBlock bytes.
  absl::Status Compute(std::initializer_list<ByteSpan> parts,
                       absl::Span<uint8_t> mac);

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };
  using Context = std::unique_ptr<EVP_MAC_CTX, Free>;

  explicit AesCmac(Context context) : context_(std::move(context)) {}

  Context context_;
};

// AES-CBC encryption under one key. Not safe to use from two threads at once.
class AesCbc {
 public:
  // INVALID_ARGUMENT unless `key` has 16, 24 or 32 bytes.
  static absl::StatusOr<AesCbc> Create(const SecretBytes& key);

  // `icv` has kAesBlock bytes, `data` whole blocks: INVALID_ARGUMENT otherwise.
  absl::StatusOr<Bytes> Encrypt(ByteSpan icv, ByteSpan data);

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const {
      EVP_CIPHER_CTX_free(context);
    }
  };
  using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

  explicit AesCbc(Context context) : context_(std::move(context)) {}

  Context context_;
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_AES_H_
