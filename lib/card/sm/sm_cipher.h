#ifndef CARDFERRY_LIB_CARD_SM_SM_CIPHER_H_
#define CARDFERRY_LIB_CARD_SM_SM_CIPHER_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"

namespace cardferry::sm {

// The keyed operations of one secure messaging session of a file-oriented card
// (ISO/IEC 7816-4, 10; ICAO Doc 9303-11, 9.8). It owns (handles to) the session
// keys; no key value comes out. Framing (secure_messaging.h) is written over
// this interface only, so that the same framing runs over an HSM and over keys
// in memory.
//
// Batches, because one call into an HSM costs as much as a thousand bytes.
// Everything is whole blocks: the framing pads. Errors: UNAVAILABLE when the
// HSM cannot be reached now, INTERNAL for a fault.
class SmCipher {
 public:
  virtual ~SmCipher() = default;

  // Bytes of a block, and of the send sequence counter: 8 (triple DES) or 16
  // (AES).
  virtual size_t block_size() const = 0;

  // The MACs of `messages`, one each, the first 8 bytes.
  //   Triple DES: the retail MAC (ISO/IEC 9797-1, algorithm 3), ICV zeros.
  //   AES: CMAC (NIST SP 800-38B).
  // A message begins with the counter.
  virtual absl::StatusOr<std::vector<Bytes>> Macs(
      absl::Span<const Bytes> messages) = 0;

  struct Blocks {
    Bytes counter;  // of the command, or of its answer
    Bytes data;     // whole blocks, at least one
  };
  // CBC mode. Triple DES: IV zeros. AES: the IV is the encrypted counter.
  virtual absl::StatusOr<std::vector<Bytes>> Encrypt(
      absl::Span<const Blocks> plaintexts) = 0;
  virtual absl::StatusOr<std::vector<Bytes>> Decrypt(
      absl::Span<const Blocks> ciphertexts) = 0;
};

}  // namespace cardferry::sm

#endif  // CARDFERRY_LIB_CARD_SM_SM_CIPHER_H_
