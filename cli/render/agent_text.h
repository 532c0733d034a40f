#ifndef CARDFERRY_CLI_RENDER_AGENT_TEXT_H_
#define CARDFERRY_CLI_RENDER_AGENT_TEXT_H_

#include <string>
#include <vector>

#include "cli/render/placed_reader.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace cardferry::cli {

// A line an agent. An empty list says what to do.
std::string AgentTable(const std::vector<orchestrator::v1::Agent>& agents);

// What is known of one agent, with its readers.
std::string AgentText(const orchestrator::v1::Agent& agent);

// A line a reader.
std::string ReaderTable(const std::vector<PlacedReader>& readers);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_AGENT_TEXT_H_
