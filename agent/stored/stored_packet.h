#ifndef CARDFERRY_AGENT_STORED_STORED_PACKET_H_
#define CARDFERRY_AGENT_STORED_STORED_PACKET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/card/script/script.h"

namespace cardferry::agent {

// A packet for one value of a card's counter, and the probe whose answers must
// all be as expected before its first command is sent.
struct StoredAttempt {
  std::string packet_id;
  card::Script probe;
  std::vector<card::Script> parts;

  size_t Commands() const;
  bool operator==(const StoredAttempt& o) const {
    return packet_id == o.packet_id && probe == o.probe && parts == o.parts;
  }
};

// What was made for a card before it comes: attempts for one job, to be tried
// in order; one of them is run, once.
struct StoredPacket {
  std::string id;
  absl::Time expires_at;
  std::vector<StoredAttempt> attempts;

  bool operator==(const StoredPacket& o) const {
    return id == o.id && expires_at == o.expires_at && attempts == o.attempts;
  }
};

inline constexpr size_t kMaxStoredId = 64;
inline constexpr size_t kMaxAttempts = 8;
inline constexpr size_t kMaxStoredParts = 64;
inline constexpr size_t kMaxStoredBytes = 4 << 20;

// As it is sealed:
//   "CFSTORE1" | id | expiry, microseconds since 1970 (8) | attempts (1), each:
//     packet id | probe | parts (1), each: script
// ids, probe and scripts each after their length (4), all numbers big-endian;
// scripts in the wire form of lib/card/script.
Bytes EncodeStored(const StoredPacket& packet);

// The reverse. INVALID_ARGUMENT for anything that EncodeStored does not write,
// and for what no packet may be: over the limits, without attempts, probe or
// parts, a probe that goes on after an answer that is not as expected, two
// attempts of one id.
absl::StatusOr<StoredPacket> ParseStored(ByteSpan bytes);

// The same rules for one that was not read from bytes.
absl::Status CheckStored(const StoredPacket& packet);

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_STORED_STORED_PACKET_H_
