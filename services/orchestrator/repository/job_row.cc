#include "services/orchestrator/repository/job_row.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {
namespace {

absl::StatusOr<JobAction> ToAction(int number) {
  if (number < static_cast<int>(JobAction::kLoad) ||
      number > static_cast<int>(JobAction::kManifest)) {
    return absl::DataLossError("a job has an action that does not exist");
  }
  return static_cast<JobAction>(number);
}

}  // namespace

absl::string_view WordOf(JobAction action) {
  switch (action) {
    case JobAction::kLoad:
      return "Load";
    case JobAction::kUpgrade:
      return "Upgrade";
    case JobAction::kDelete:
      return "Delete";
    case JobAction::kManifest:
      return "Hold";
  }
  return "";
}

const char kJobSelect[] =
    "SELECT number, action, application, package_aid, application_aid, agent, "
    "reader, card_id, state, message, commands_done, commands_total, changes, "
    "rounds, created_us, ended_us, round_trips, apdus, bytes, card_us, "
    "waited_us, total_us, server_us, EXISTS (SELECT 1 FROM agents WHERE "
    "agents.name = jobs.agent AND agents.revoked_us IS NOT NULL), "
    "cancel_requested, "
    "(SELECT agent FROM prepared_jobs WHERE job = number), "
    "(SELECT expires_us FROM prepared_jobs WHERE job = number), "
    "(SELECT stored FROM prepared_jobs WHERE job = number) FROM jobs ";

absl::StatusOr<JobState> ToJobState(int number) {
  if (number < static_cast<int>(JobState::kWaiting) ||
      number > static_cast<int>(JobState::kPrepared)) {
    return absl::DataLossError("a job is in a state that does not exist");
  }
  return static_cast<JobState>(number);
}

std::string ConditionOf(const JobFilter& filter) {
  std::vector<int> states;
  for (const JobState state : filter.states) {
    states.push_back(static_cast<int>(state));
  }
  return absl::StrCat(
      "(:application = '' OR application = :application) AND "
      "(:agent = '' OR agent = :agent) AND (:card = '' OR card_id = :card)",
      states.empty() ? "" : " AND state IN (", absl::StrJoin(states, ", "),
      states.empty() ? "" : ")");
}

absl::StatusOr<Job> ReadJobRow(const store::Row& row) {
  Job job;
  Measurements& m = job.measurements;
  int action = 0, state = 0;
  bool revoked = false;
  std::optional<std::string> application, prepared_agent;
  std::optional<absl::Time> prepared_until;
  std::optional<int64_t> prepared_stored;
  int64_t number = 0, card = 0, waited = 0, total = 0, server = 0;
  RETURN_IF_ERROR(row.Read(
      number, action, application, job.subject.package_aid,
      job.subject.application_aid, job.target.agent, job.target.reader,
      job.target.card_id, state, job.message, job.commands_done,
      job.commands_total, job.changes, job.rounds, job.created_at, job.ended_at,
      m.round_trips, m.apdus, m.bytes, card, waited, total, server, revoked,
      job.cancel_requested, prepared_agent, prepared_until, prepared_stored));
  job.id = absl::StrCat(number);
  if (prepared_agent.has_value()) {
    job.prepared = {*prepared_agent,
                    prepared_until.value_or(absl::InfinitePast()),
                    prepared_stored.value_or(0) != 0};
  }
  job.subject.application = application.value_or("");
  m.card = absl::Microseconds(card);
  m.waited = absl::Microseconds(waited);
  m.total = absl::Microseconds(total);
  m.server = absl::Microseconds(server);
  ASSIGN_OR_RETURN(job.subject.action, ToAction(action));
  ASSIGN_OR_RETURN(job.state, ToJobState(state));
  if (revoked && job.state == JobState::kWaiting &&
      job.target.card_id.empty()) {
    job.message = absl::StrCat(
        "Agent ", job.target.agent,
        " is revoked: no card of its readers can answer. Cancel the job, or "
        "let the agent in again (cardferry agent add ",
        job.target.agent, ").");
  }
  return job;
}

}  // namespace cardferry::orchestrator
