#ifndef CARDFERRY_CLI_RENDER_LIST_TEXT_H_
#define CARDFERRY_CLI_RENDER_LIST_TEXT_H_

#include <string>
#include <vector>

#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace cardferry::cli {

// For people; each ends with a newline. An empty list says what to do.
std::string ApplicationText(const orchestrator::v1::Application& application);
std::string ApplicationTable(
    const std::vector<orchestrator::v1::Application>& applications);
std::string CardTable(const std::vector<orchestrator::v1::Card>& cards);
// What is on one card: a table of packages, a table of applications.
std::string CardContentText(const orchestrator::v1::Card& card);
// A line a reader; an agent without readers has one line.
std::string AgentTable(const std::vector<orchestrator::v1::Agent>& agents);
std::string EventTable(const std::vector<orchestrator::v1::Event>& events);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_LIST_TEXT_H_
