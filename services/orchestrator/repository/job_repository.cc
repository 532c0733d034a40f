#include "services/orchestrator/repository/job_repository.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kSelect[] =
    "SELECT number, application, agent, reader, card_id, state, message, "
    "commands_done, commands_total, changes, rounds, created_us, ended_us, "
    "round_trips, apdus, bytes, card_us, waited_us, total_us, server_us "
    "FROM jobs ";

// Which waiting jobs a card at a reader may be asked for.
constexpr char kForReader[] =
    "(card_id = '' AND agent = :agent AND (reader = '' OR reader = :reader))";

int Number(JobState state) { return static_cast<int>(state); }

absl::StatusOr<JobState> ToState(int number) {
  if (number < Number(JobState::kWaiting) ||
      number > Number(JobState::kFailed)) {
    return absl::DataLossError("a job is in a state that does not exist");
  }
  return static_cast<JobState>(number);
}

// What is not a number is a job that does not exist.
int64_t ToNumber(const std::string& id) {
  int64_t number = 0;
  return absl::SimpleAtoi(id, &number) ? number : 0;
}

absl::Status NoSuchJob(const std::string& id) {
  return absl::NotFoundError(absl::StrCat("there is no job \"", id, "\""));
}

}  // namespace

absl::StatusOr<std::string> JobRepository::Add(const NewJob& job,
                                               absl::Time now) {
  ASSIGN_OR_RETURN(
      const store::Row row,
      tx_.QueryOne("INSERT INTO jobs (application, install_parameters, agent, "
                   "reader, card_id, state, message, created_us) VALUES "
                   "(:application, :parameters, :agent, :reader, :card, "
                   ":state, :message, :now) RETURNING number",
                   {{"application", job.application},
                    {"parameters", job.install_parameters},
                    {"agent", job.target.agent},
                    {"reader", job.target.reader},
                    {"card", job.target.card_id},
                    {"state", Number(JobState::kWaiting)},
                    {"message", "Waits for a card."},
                    {"now", now}}));
  int64_t number = 0;
  RETURN_IF_ERROR(row.Read(number));
  return absl::StrCat(number);
}

absl::StatusOr<Job> JobRepository::ToJob(const store::Row& row) {
  Job job;
  Measurements& m = job.measurements;
  int state = 0;
  int64_t number = 0, card = 0, waited = 0, total = 0, server = 0;
  RETURN_IF_ERROR(row.Read(
      number, job.application, job.target.agent, job.target.reader,
      job.target.card_id, state, job.message, job.commands_done,
      job.commands_total, job.changes, job.rounds, job.created_at, job.ended_at,
      m.round_trips, m.apdus, m.bytes, card, waited, total, server));
  job.id = absl::StrCat(number);
  m.card = absl::Microseconds(card);
  m.waited = absl::Microseconds(waited);
  m.total = absl::Microseconds(total);
  m.server = absl::Microseconds(server);
  ASSIGN_OR_RETURN(job.state, ToState(state));
  ASSIGN_OR_RETURN(const std::vector<store::Row> facts,
                   tx_.Query("SELECT text, proven FROM job_facts "
                             "WHERE job = :job ORDER BY ordinal",
                             {{"job", number}}));
  for (const store::Row& fact_row : facts) {
    Fact fact;
    RETURN_IF_ERROR(fact_row.Read(fact.text, fact.proven));
    job.facts.push_back(std::move(fact));
  }
  return job;
}

absl::StatusOr<Job> JobRepository::Get(const std::string& id) {
  ASSIGN_OR_RETURN(const std::vector<store::Row> rows,
                   tx_.Query(absl::StrCat(kSelect, "WHERE number = :number"),
                             {{"number", ToNumber(id)}}));
  if (rows.empty()) return NoSuchJob(id);
  return ToJob(rows[0]);
}

absl::StatusOr<std::vector<Job>> JobRepository::List() {
  ASSIGN_OR_RETURN(const std::vector<store::Row> rows,
                   tx_.Query(absl::StrCat(kSelect, "ORDER BY number DESC")));
  std::vector<Job> list;
  for (const store::Row& row : rows) {
    ASSIGN_OR_RETURN(Job job, ToJob(row));
    list.push_back(std::move(job));
  }
  return list;
}

absl::StatusOr<Bytes> JobRepository::InstallParameters(const std::string& id) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT install_parameters FROM jobs WHERE number = :number",
                {{"number", ToNumber(id)}}));
  if (rows.empty()) return NoSuchJob(id);
  std::optional<Bytes> parameters;
  RETURN_IF_ERROR(rows[0].Read(parameters));
  return parameters.value_or(Bytes());
}

absl::StatusOr<bool> JobRepository::IsAwaited(const ReaderAddress& at) {
  ASSIGN_OR_RETURN(const store::Row row,
                   tx_.QueryOne(absl::StrCat("SELECT EXISTS (SELECT 1 FROM "
                                             "jobs WHERE state = :waiting AND "
                                             "(card_id <> '' OR ",
                                             kForReader, "))"),
                                {{"waiting", Number(JobState::kWaiting)},
                                 {"agent", at.agent},
                                 {"reader", at.reader}}));
  bool awaited = false;
  RETURN_IF_ERROR(row.Read(awaited));
  return awaited;
}

absl::StatusOr<std::optional<Job>> JobRepository::FindWaiting(
    const ReaderAddress& at, const std::string& card_id) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query(absl::StrCat(kSelect,
                             "WHERE state = :waiting AND ((card_id <> '' AND "
                             "card_id = :card) OR ",
                             kForReader, ") ORDER BY number LIMIT 1"),
                {{"waiting", Number(JobState::kWaiting)},
                 {"card", card_id},
                 {"agent", at.agent},
                 {"reader", at.reader}}));
  if (rows.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(Job job, ToJob(rows[0]));
  return job;
}

absl::Status JobRepository::CheckChanged(absl::StatusOr<int64_t> changed,
                                         const std::string& id) {
  RETURN_IF_ERROR(changed.status());
  if (*changed == 1) return absl::OkStatus();
  RETURN_IF_ERROR(Get(id).status());
  return absl::FailedPreconditionError(
      absl::StrCat("job ", id, " has gone on meanwhile"));
}

absl::Status JobRepository::Claim(const std::string& id) {
  return CheckChanged(
      tx_.Execute("UPDATE jobs SET state = :preparing, message = :message "
                  "WHERE number = :number AND state = :waiting",
                  {{"preparing", Number(JobState::kPreparing)},
                   {"message", "The card has answered; its packet is made."},
                   {"number", ToNumber(id)},
                   {"waiting", Number(JobState::kWaiting)}}),
      id);
}

absl::Status JobRepository::Start(const std::string& id,
                                  const std::string& card_id, uint32_t commands,
                                  uint32_t changes) {
  return CheckChanged(
      tx_.Execute("UPDATE jobs SET state = :running, message = :message, "
                  "card_id = :card, commands_done = 0, "
                  "commands_total = :commands, changes = :changes, "
                  "rounds = rounds + 1 "
                  "WHERE number = :number AND state = :preparing",
                  {{"running", Number(JobState::kRunning)},
                   {"message", "The agent runs the packet."},
                   {"card", card_id},
                   {"commands", commands},
                   {"changes", changes},
                   {"number", ToNumber(id)},
                   {"preparing", Number(JobState::kPreparing)}}),
      id);
}

absl::Status JobRepository::WaitAgain(const std::string& id,
                                      const std::string& message) {
  return CheckChanged(
      tx_.Execute("UPDATE jobs SET state = :waiting, message = :message "
                  "WHERE number = :number AND state <= :running",
                  {{"waiting", Number(JobState::kWaiting)},
                   {"message", message},
                   {"number", ToNumber(id)},
                   {"running", Number(JobState::kRunning)}}),
      id);
}

absl::Status JobRepository::Finish(const std::string& id, JobState state,
                                   const std::string& message,
                                   const std::vector<Fact>& facts,
                                   absl::Time now) {
  RETURN_IF_ERROR(CheckChanged(
      tx_.Execute("UPDATE jobs SET state = :state, message = :message, "
                  "install_parameters = NULL, ended_us = :now "
                  "WHERE number = :number AND state <= :running",
                  {{"state", Number(state)},
                   {"message", message},
                   {"now", now},
                   {"number", ToNumber(id)},
                   {"running", Number(JobState::kRunning)}}),
      id));
  int ordinal = 0;
  for (const Fact& fact : facts) {
    RETURN_IF_ERROR(
        tx_.Execute(
               "INSERT INTO job_facts VALUES (:job, :ordinal, :text, :proven)",
               {{"job", ToNumber(id)},
                {"ordinal", ordinal++},
                {"text", fact.text},
                {"proven", fact.proven}})
            .status());
  }
  return absl::OkStatus();
}

absl::Status JobRepository::AddMeasurements(const std::string& id,
                                            uint32_t commands_done,
                                            const Measurements& more) {
  return CheckChanged(
      tx_.Execute("UPDATE jobs SET commands_done = :done, "
                  "round_trips = round_trips + :round_trips, "
                  "apdus = apdus + :apdus, bytes = bytes + :bytes, "
                  "card_us = card_us + :card, "
                  "waited_us = waited_us + :waited, "
                  "total_us = total_us + :total, "
                  "server_us = server_us + :server WHERE number = :number",
                  {{"done", commands_done},
                   {"round_trips", more.round_trips},
                   {"apdus", more.apdus},
                   {"bytes", more.bytes},
                   {"card", absl::ToInt64Microseconds(more.card)},
                   {"waited", absl::ToInt64Microseconds(more.waited)},
                   {"total", absl::ToInt64Microseconds(more.total)},
                   {"server", absl::ToInt64Microseconds(more.server)},
                   {"number", ToNumber(id)}}),
      id);
}

absl::StatusOr<int64_t> JobRepository::RecoverAll(const std::string& message) {
  return tx_.Execute(
      "UPDATE jobs SET state = :waiting, message = :message "
      "WHERE state = :preparing OR state = :running",
      {{"waiting", Number(JobState::kWaiting)},
       {"message", message},
       {"preparing", Number(JobState::kPreparing)},
       {"running", Number(JobState::kRunning)}});
}

}  // namespace cardferry::orchestrator
