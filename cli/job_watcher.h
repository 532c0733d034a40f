#ifndef CARDFERRY_CLI_JOB_WATCHER_H_
#define CARDFERRY_CLI_JOB_WATCHER_H_

#include <string>

#include "absl/status/status.h"
#include "cli/command.h"
#include "cli/operator_client.h"

namespace cardferry::cli {

// Shows a job until it is over: a bar that moves on a terminal, a line a change
// elsewhere, a JSON line a change for programs; then all of it. Sets the exit
// code: done is 0, failed is 1. Ctrl-C ends the watching, never the job.
absl::Status WatchJob(const std::string& id, Command& command,
                      OperatorClient& client);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_JOB_WATCHER_H_
