#ifndef CARDFERRY_AGENT_UPLINK_H_
#define CARDFERRY_AGENT_UPLINK_H_

#include <cstddef>
#include <string>

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

// The way up to the server, for one or more readers' workers. Nothing here
// blocks; what cannot be sent now is dropped, and the worker is told of the
// lost stream by a Disconnected event. Safe from any thread.
class Uplink {
 public:
  virtual ~Uplink() = default;
  virtual void Send(const std::string& reader, const SendAnswer& answer) = 0;
  virtual void Send(const std::string& reader, const SendReport& report,
                    const Measurements& measurements) = 0;
  virtual void Send(const Progress& progress) = 0;
  virtual void SendReaderState(const std::string& reader, bool card_present,
                               ByteSpan atr) = 0;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_UPLINK_H_
