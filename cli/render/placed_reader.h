#ifndef CARDFERRY_CLI_RENDER_PLACED_READER_H_
#define CARDFERRY_CLI_RENDER_PLACED_READER_H_

#include <string>
#include <vector>

#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace cardferry::cli {

// A reader and the agent that serves it.
struct PlacedReader {
  std::string agent;
  bool connected = false;  // the agent
  orchestrator::v1::Reader reader;
};

// The readers of all agents, in their order.
inline std::vector<PlacedReader> PlacedReaders(
    const std::vector<orchestrator::v1::Agent>& agents) {
  std::vector<PlacedReader> readers;
  for (const orchestrator::v1::Agent& agent : agents) {
    for (const orchestrator::v1::Reader& reader : agent.readers()) {
      readers.push_back({agent.name(), agent.connected(), reader});
    }
  }
  return readers;
}

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_PLACED_READER_H_
