#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_PACKET_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_PACKET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "services/orchestrator/model/reader_address.h"

namespace cardferry::orchestrator {

// The numbers are in the database: never renumber.
enum class PacketState {
  kSent = 1,       // its report is awaited, across connections and restarts
  kReported = 2,   // the report is here, its meaning is not known yet
  kConcluded = 3,  // over
  kAbandoned = 4,  // the card was asked anew; a report would be out of date
  kPrepared = 5,   // it waits for its card; a report may come at any time
};

// Where a packet was run that waited for its card: which reader that was, the
// report does not say.
inline constexpr char kStoredReader[] = "(stored packet)";

// One packet: the commands of one load, made for one answer of one card.
struct Packet {
  std::string id;
  std::string job_id;
  std::string opening_id;
  ReaderAddress at;
  std::string card_id;  // proven by its cryptogram
  std::string profile;
  uint32_t commands = 0;
  uint32_t changes = 0;
  Bytes bundle_state;  // opaque; empty once concluded
  PacketState state = PacketState::kSent;
  Bytes transcript;  // opaque; only while kReported
  absl::Duration server_time;
  std::string trouble;   // why not all was run, as the agent has it
  bool no_room = false;  // nothing was, as the agent says: it has no room
  // The next one of the session of an earlier packet; one that asks the card to
  // prove that it is `card_id`. Known while it is sent.
  bool continues = false;
  bool card_unproven = false;
};

// A packet that waits at an agent for its card: the one for one value of the
// card's counter. All of it is opaque.
struct PreparedAttempt {
  std::string packet_id;
  Bytes probe;
  std::vector<Bytes> scripts;
};

// All attempts for one job.
struct PreparedPacket {
  std::string job_id;
  std::string agent;
  absl::Time expires_at;
  std::vector<PreparedAttempt> attempts;
};

// The agent's name for it. A job may have packets made more than once; each
// time they are others, and so is their name.
inline const std::string& StoredIdOf(const PreparedPacket& packet) {
  return packet.attempts[0].packet_id;
}

// What the register of packets says to a report.
enum class ReportCheck {
  kAccepted,   // the first one; it is stored
  kRepeated,   // there was one already
  kAbandoned,  // the card has been asked anew since
  kForeign,    // another agent's packet
  kUnknown,    // there is no such packet
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_PACKET_H_
