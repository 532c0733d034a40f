#ifndef CARDFERRY_AGENT_STORED_PACKET_SEAL_H_
#define CARDFERRY_AGENT_STORED_PACKET_SEAL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/base/random.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::agent {

// Encrypts what lies on this machine's disk (AES-256-GCM, SP 800-38D), under a
// key that is a file of its own. Whoever has the disk with the key file can
// read it; whoever has a copy without the key, or finds a packet that was wiped
// in some old block, cannot. Safe from any thread.
class PacketSeal {
 public:
  static constexpr size_t kKeySize = 32;

  // Reads the key of this file, or makes one where none is (mode 0600).
  // FAILED_PRECONDITION for a file of another length.
  static absl::StatusOr<std::unique_ptr<PacketSeal>> Open(
      const std::string& key_file, RandomSource& random);

  // INVALID_ARGUMENT unless the key has kKeySize bytes. `random` outlives it.
  static absl::StatusOr<std::unique_ptr<PacketSeal>> Create(
      SecretBytes key, RandomSource& random);

  // nonce (12) | ciphertext | tag (16). `name` is authenticated too: a text
  // opens under no other one.
  absl::StatusOr<Bytes> Seal(absl::string_view name, ByteSpan text);
  // DATA_LOSS for what was changed, or sealed under another key or name.
  absl::StatusOr<Bytes> Open(absl::string_view name, ByteSpan sealed) const;

 private:
  PacketSeal(SecretBytes key, RandomSource& random)
      : key_(std::move(key)), random_(random) {}

  const SecretBytes key_;
  RandomSource& random_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_STORED_PACKET_SEAL_H_
