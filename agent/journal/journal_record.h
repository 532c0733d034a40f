#ifndef CARDFERRY_AGENT_JOURNAL_JOURNAL_RECORD_H_
#define CARDFERRY_AGENT_JOURNAL_JOURNAL_RECORD_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/session_meter.h"
#include "lib/base/bytes.h"
#include "lib/card/script/script.h"

namespace cardferry::agent {

// The journal of one packet is one file, written front to back:
//   "CFERRYJ1", then records:
//   length of payload (4) | CRC-32 of length and payload (4) | payload
// numbers big-endian, the CRC zlib's. Payloads:
//   01 begun:    length (1), packet id | length (1), reader
//   02 answer:   response APDU
//   03 finished: end (1) | round trips (4) | APDUs (4) | bytes (8) |
//                card, waited, total in microseconds (8 each) | trouble
// One begun comes first; finished, if there is one, last.

// How a packet ended, as far as the agent knows.
struct PacketEnd {
  card::RunEnd end = card::RunEnd::kUnknown;
  Measurements measurements;
  std::string trouble;  // why not all was run; may be empty

  bool operator==(const PacketEnd& o) const;
};

// What a journal file says.
struct JournaledPacket {
  std::string packet_id;
  std::string reader;
  std::vector<card::ResponseApdu> answers;
  std::optional<PacketEnd> end;  // nullopt: it was interrupted

  bool operator==(const JournaledPacket& o) const {
    return packet_id == o.packet_id && reader == o.reader &&
           answers == o.answers && end == o.end;
  }
};

inline constexpr size_t kMaxPacketIdBytes = 64;
inline constexpr size_t kMaxReaderBytes = 255;

// The file's first bytes, with its first record. Names longer than the limits
// are cut.
Bytes EncodeBegun(const std::string& packet_id, const std::string& reader);
Bytes EncodeAnswer(const card::ResponseApdu& answer);
Bytes EncodeEnd(const PacketEnd& end);

// Reads a whole file. A last record that was not written whole (cut off, or
// zeros in its place and after it, as file systems leave it after a power
// failure) is dropped.
// NOT_FOUND: not even `begun` was written whole, so nothing was run.
// DATA_LOSS: anything else that the functions above would not have written.
absl::StatusOr<JournaledPacket> ParseJournal(ByteSpan file);

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_JOURNAL_JOURNAL_RECORD_H_
