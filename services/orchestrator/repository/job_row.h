#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOB_ROW_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOB_ROW_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/store/value.h"
#include "services/orchestrator/model/job.h"

namespace cardferry::orchestrator {

// What ReadJobRow wants of a job; a condition may follow.
extern const char kJobSelect[];

// One job, without its facts and applets. DATA_LOSS for one that cannot be.
absl::StatusOr<Job> ReadJobRow(const store::Row& row);

// A job's number; 0, which none has, for what is not a number.
int64_t ToNumber(const std::string& id);

// DATA_LOSS for a number that is no state.
absl::StatusOr<JobState> ToJobState(int number);

// SQL for what passes; its :application, :agent and :card are the filter's.
std::string ConditionOf(const JobFilter& filter);

// "Load", for the journal.
absl::string_view WordOf(JobAction action);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOB_ROW_H_
