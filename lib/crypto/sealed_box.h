#ifndef CARDFERRY_LIB_CRYPTO_SEALED_BOX_H_
#define CARDFERRY_LIB_CRYPTO_SEALED_BOX_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/base/random.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::crypto {

// Encrypts what a service keeps on disk and nobody else may read there:
// AES-256-GCM (NIST SP 800-38D) with random IVs, under a key that may seal some
// billions of boxes. Safe from several threads.
class SealedBox {
 public:
  static constexpr size_t kKeyBytes = 32;
  // What a box is longer than what is in it: version, IV, tag.
  static constexpr size_t kOverhead = 1 + 12 + 16;

  // INVALID_ARGUMENT for a key of another length. `random` lives longer.
  static absl::StatusOr<SealedBox> Create(SecretBytes key,
                                          RandomSource& random);

  // The key in this file, 64 hexadecimal digits, which only the owner may read
  // (mode 0400); a fresh one when there is no such file. FAILED_PRECONDITION
  // for another mode, INVALID_ARGUMENT for what is no key.
  static absl::StatusOr<SealedBox> Load(const std::string& path,
                                        RandomSource& random);

  // `purpose` says what it is for: a box opens only under the one that it was
  // sealed for.
  absl::StatusOr<Bytes> Seal(absl::string_view purpose, ByteSpan plain) const;
  // DATA_LOSS for a box of another key or purpose, or one that was changed.
  absl::StatusOr<Bytes> Open(absl::string_view purpose, ByteSpan box) const;

  // HMAC-SHA256 of `bytes` under a key that is made from the box's own for this
  // purpose: tells whether something is the same again, and to nobody without
  // the key what it is. 32 bytes.
  absl::StatusOr<Bytes> Fingerprint(absl::string_view purpose,
                                    ByteSpan bytes) const;

 private:
  SealedBox(SecretBytes key, RandomSource& random)
      : key_(std::move(key)), random_(&random) {}

  SecretBytes key_;
  RandomSource* random_;
};

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_SEALED_BOX_H_
