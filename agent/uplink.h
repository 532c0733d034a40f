#ifndef CARDFERRY_AGENT_UPLINK_H_
#define CARDFERRY_AGENT_UPLINK_H_

#include <cstddef>
#include <string>
#include <vector>

#include "agent/reader_session.h"
#include "agent/session_meter.h"
#include "lib/base/bytes.h"

namespace cardferry::agent {

struct Progress {
  std::string packet_id;
  size_t done = 0;
  size_t total = 0;
  std::string label;
};

// What came of a packet.
struct Report {
  std::string packet_id;
  card::Transcript transcript;
  Measurements measurements;
  std::string trouble;   // why not all was run, for people; may be empty
  bool no_room = false;  // nothing was run: it could not be journaled
};

// What lies in a reader.
struct ReaderPresence {
  std::string reader;
  bool card_present = false;
  Bytes atr = {};
  bool removed = false;      // the reader is not there any more
  std::string trouble = {};  // what a person has to do; may be empty
};

// The way up to the server, for one or more readers' workers. Nothing here
// blocks; what cannot be sent now is dropped: the outbox sends reports again,
// and the workers are told of the lost stream by a Disconnected event. Safe
// from any thread.
class Uplink {
 public:
  virtual ~Uplink() = default;
  virtual void Send(const std::string& reader, const SendAnswer& answer) = 0;
  virtual void Send(const Report& report) = 0;
  virtual void Send(const Progress& progress) = 0;
  // A reader's state is kept, and said again with every new stream.
  virtual void Show(const ReaderPresence& presence) = 0;
  // All stored packets that wait here for their cards.
  virtual void ShowStored(const std::vector<std::string>& ids) = 0;
  // Adds to the state last shown of this reader what a person has to do there;
  // empty: nothing. Not for a reader that was not shown.
  virtual void ShowTrouble(const std::string& reader,
                           const std::string& trouble) = 0;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_UPLINK_H_
