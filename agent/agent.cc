#include "agent/agent.h"

#include <utility>

namespace cardferry::agent {
namespace {

// How long a report may take to go out when the agent stops.
constexpr absl::Duration kLastWords = absl::Seconds(5);

}  // namespace

Agent::Agent(std::shared_ptr<grpc::Channel> channel,
             const std::vector<std::string>& readers)
    : stream_(std::move(channel), random_) {
  for (const std::string& name : readers) readers_.push_back(Serve(name));
  stream_.Start([this](const AddressedEvent& event) { Dispatch(event); });
}

Agent::~Agent() {
  for (Reader& reader : readers_) reader.monitor = nullptr;
  for (Reader& reader : readers_) reader.worker->Finish();
  stream_.Stop(kLastWords);
}

Agent::Reader Agent::Serve(const std::string& name) {
  Reader reader;
  reader.slot = std::make_unique<PcscSlot>(name);
  reader.worker = std::make_unique<ReaderWorker>(name, *reader.slot, stream_,
                                                 ReaderWorker::Options());
  ReaderWorker* worker = reader.worker.get();
  reader.monitor = std::make_unique<ReaderMonitor>(
      name, [this, worker](const CardPresence& presence) {
        stream_.SendReaderState(worker->reader(), presence.present,
                                presence.atr);
        worker->Post(presence.present ? Event(CardArrived{})
                                      : Event(CardRemoved{}));
      });
  return reader;
}

void Agent::Dispatch(const AddressedEvent& event) {
  for (Reader& reader : readers_) {
    if (event.reader.empty() || event.reader == reader.worker->reader()) {
      reader.worker->Post(event.event);
    }
  }
}

}  // namespace cardferry::agent
