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

// A type of card, then the whole profile.
std::string ProfileText(const orchestrator::v1::Profile& profile);
std::string ProfileTable(
    const std::vector<orchestrator::v1::Profile>& profiles);

std::string EventTable(const std::vector<orchestrator::v1::Event>& events);
// One line, for events that come one by one:
//   7  2027-01-15 08:00:00Z  job.done  job 12  kiosk-7  The card holds ...
std::string EventLine(const orchestrator::v1::Event& event);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_LIST_TEXT_H_
