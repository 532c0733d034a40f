#ifndef CARDFERRY_AGENT_AGENT_H_
#define CARDFERRY_AGENT_AGENT_H_

#include <memory>
#include <string>
#include <vector>

#include "agent/gateway_stream.h"
#include "agent/pcsc/pcsc_slot.h"
#include "agent/pcsc/reader_monitor.h"
#include "agent/reader_worker.h"
#include "lib/base/random.h"

namespace cardferry::agent {

// The whole agent: a monitor and a worker for each reader, and one stream.
class Agent {
 public:
  Agent(std::shared_ptr<grpc::Channel> channel,
        const std::vector<std::string>& readers);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  // Lets running scripts end and their reports go out, then stops.
  ~Agent();

 private:
  struct Reader {
    std::unique_ptr<PcscSlot> slot;
    std::unique_ptr<ReaderWorker> worker;
    std::unique_ptr<ReaderMonitor> monitor;
  };

  Reader Serve(const std::string& name);
  void Dispatch(const AddressedEvent& event);

  SystemRandom random_;
  GatewayStream stream_;
  std::vector<Reader> readers_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_AGENT_H_
