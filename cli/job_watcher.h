#ifndef CARDFERRY_CLI_JOB_WATCHER_H_
#define CARDFERRY_CLI_JOB_WATCHER_H_

#include <string>

#include "absl/status/status.h"
#include "cli/command.h"
#include "cli/operator_client.h"

namespace cardferry::cli {

// What is shown of a job that is watched.
enum class Watching {
  // A bar that moves on a terminal, a line a change elsewhere, a JSON line a
  // change for programs; at the end all of it.
  kEachChange,
  kTheEnd,  // all of it at the end, nothing before
};

// Shows a job until it is over. Sets the exit code: done is 0, failed or
// cancelled is 1. Ctrl-C ends the watching, never the job.
absl::Status WatchJob(const std::string& id, Watching watching,
                      Command& command, OperatorClient& client);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_JOB_WATCHER_H_
