#ifndef CARDFERRY_CLI_RENDER_JOB_TEXT_H_
#define CARDFERRY_CLI_RENDER_JOB_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace cardferry::cli {

// A job's progress on one line of a terminal of `columns`, without newline:
//   [##########----------]  6/12  LOAD 4 of 9  0.35 s
// Before the packet is there: what is waited for.
std::string ProgressLine(const orchestrator::v1::Job& job,
                         absl::Duration elapsed, int columns);

// The same for a log: "job 12 running 6/12 LOAD 4 of 9".
std::string ProgressText(const orchestrator::v1::Job& job);

// All that is known of a job, over several lines.
std::string JobText(const orchestrator::v1::Job& job);

// What a job would do, like a diff, and what it comes to:
//     package F000000001 1.0
//   + applet F00000000101                1 command
//   Nothing was sent.
std::string PlanText(const orchestrator::v1::JobPlan& plan);

// A line a job.
std::string JobTable(const std::vector<orchestrator::v1::Job>& jobs);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_JOB_TEXT_H_
