#include "services/orchestrator/repository/job_repository.h"

#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/job_row.h"
#include "services/orchestrator/repository/journal_repository.h"

namespace cardferry::orchestrator {
namespace {

// Which waiting jobs a card at a reader may be asked for.
constexpr char kForReader[] =
    "(card_id = '' AND agent = :agent AND (reader = '' OR reader = :reader))";

int Number(JobState state) { return static_cast<int>(state); }

const char* EventOf(JobState ending) {
  switch (ending) {
    case JobState::kDone:
      return "job.done";
    case JobState::kCancelled:
      return "job.cancelled";
    default:
      return "job.failed";
  }
}

absl::Status NoSuchJob(const std::string& id) {
  return absl::NotFoundError(absl::StrCat("there is no job \"", id, "\""));
}

}  // namespace

absl::StatusOr<std::string> JobRepository::Add(const NewJob& job,
                                               absl::Time now) {
  const JobSubject& subject = job.subject;
  std::optional<std::string> application;
  if (!subject.application.empty()) application = subject.application;
  ASSIGN_OR_RETURN(
      const store::Row row,
      tx_.QueryOne("INSERT INTO jobs (action, application, package_aid, "
                   "application_aid, install_parameters, agent, reader, "
                   "card_id, state, since_us, message, created_us) VALUES "
                   "(:action, :application, :package, :applet, :parameters, "
                   ":agent, :reader, :card, :state, :now, :message, :now2) "
                   "RETURNING number",
                   {{"action", static_cast<int>(subject.action)},
                    {"application", application},
                    {"package", subject.package_aid},
                    {"applet", subject.application_aid},
                    {"parameters", job.install_parameters},
                    {"agent", job.target.agent},
                    {"reader", job.target.reader},
                    {"card", job.target.card_id},
                    {"state", Number(JobState::kWaiting)},
                    {"now", now},
                    {"message", "Waits for a card."},
                    {"now2", now}}));
  int64_t number = 0;
  RETURN_IF_ERROR(row.Read(number));
  int ordinal = 0;
  for (const JobApplet& applet : subject.applets) {
    RETURN_IF_ERROR(tx_.Execute("INSERT INTO job_applets VALUES (:job, "
                                ":ordinal, :module, :instance, :privileges)",
                                {{"job", number},
                                 {"ordinal", ordinal++},
                                 {"module", applet.module_aid},
                                 {"instance", applet.instance_aid},
                                 {"privileges", applet.privileges}})
                        .status());
  }
  JournalEntry entry;
  entry.at = now;
  entry.kind = "job.added";
  entry.text = absl::StrCat(WordOf(subject.action), " ", NameOf(subject));
  entry.job_id = absl::StrCat(number);
  entry.card_id = job.target.card_id;
  entry.agent = job.target.agent;
  RETURN_IF_ERROR(JournalRepository(tx_).Add(entry));
  return entry.job_id;
}

absl::StatusOr<Job> JobRepository::ToJob(const store::Row& row) {
  ASSIGN_OR_RETURN(Job job, ReadJobRow(row));
  RETURN_IF_ERROR(ReadFacts(ToNumber(job.id), job));
  RETURN_IF_ERROR(ReadApplets(ToNumber(job.id), job));
  return job;
}

absl::Status JobRepository::ReadFacts(int64_t number, Job& job) {
  ASSIGN_OR_RETURN(const std::vector<store::Row> rows,
                   tx_.Query("SELECT text, proven FROM job_facts "
                             "WHERE job = :job ORDER BY ordinal",
                             {{"job", number}}));
  for (const store::Row& row : rows) {
    Fact fact;
    RETURN_IF_ERROR(row.Read(fact.text, fact.proven));
    job.facts.push_back(std::move(fact));
  }
  return absl::OkStatus();
}

absl::Status JobRepository::ReadApplets(int64_t number, Job& job) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT module_aid, instance_aid, privileges FROM job_applets "
                "WHERE job = :job ORDER BY ordinal",
                {{"job", number}}));
  for (const store::Row& row : rows) {
    JobApplet applet;
    RETURN_IF_ERROR(
        row.Read(applet.module_aid, applet.instance_aid, applet.privileges));
    job.subject.applets.push_back(std::move(applet));
  }
  return absl::OkStatus();
}

absl::StatusOr<Job> JobRepository::Get(const std::string& id) {
  ASSIGN_OR_RETURN(const std::vector<store::Row> rows,
                   tx_.Query(absl::StrCat(kJobSelect, "WHERE number = :number"),
                             {{"number", ToNumber(id)}}));
  if (rows.empty()) return NoSuchJob(id);
  return ToJob(rows[0]);
}

absl::StatusOr<std::vector<Job>> JobRepository::List(const JobFilter& filter,
                                                     const std::string& before,
                                                     int most) {
  int64_t below = std::numeric_limits<int64_t>::max();
  if (!before.empty() && !absl::SimpleAtoi(before, &below)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", before, "\" is no job's number"));
  }
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query(absl::StrCat(kJobSelect, "WHERE number < :below AND ",
                             ConditionOf(filter),
                             " ORDER BY number DESC LIMIT :most"),
                {{"below", below},
                 {"application", filter.application},
                 {"agent", filter.agent},
                 {"card", filter.card_id},
                 {"most", most}}));
  std::vector<Job> list;
  for (const store::Row& row : rows) {
    ASSIGN_OR_RETURN(list.emplace_back(), ToJob(row));
  }
  return list;
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
    const ReaderAddress& at, const std::string& card_id,
    const std::string& after) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query(absl::StrCat(kJobSelect,
                             "WHERE state = :waiting AND number > :after AND "
                             "((card_id <> '' AND card_id = :card) OR ",
                             kForReader, ") ORDER BY number LIMIT 1"),
                {{"waiting", Number(JobState::kWaiting)},
                 {"after", ToNumber(after)},
                 {"card", card_id},
                 {"agent", at.agent},
                 {"reader", at.reader}}));
  if (rows.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(Job job, ToJob(rows[0]));
  return job;
}

absl::StatusOr<std::vector<std::string>> JobRepository::WaitingAt(
    const std::string& agent) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT number FROM jobs WHERE state = :waiting AND "
                "card_id = '' AND agent = :agent ORDER BY number",
                {{"waiting", Number(JobState::kWaiting)}, {"agent", agent}}));
  std::vector<std::string> ids;
  for (const store::Row& row : rows) {
    int64_t number = 0;
    RETURN_IF_ERROR(row.Read(number));
    ids.push_back(absl::StrCat(number));
  }
  return ids;
}

absl::Status JobRepository::Apply(const std::string& id, const Change& change,
                                  std::vector<store::Param> params,
                                  absl::Time now) {
  params.insert(
      params.end(),
      {{"message", change.message}, {"now", now}, {"number", ToNumber(id)}});
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query(absl::StrCat("UPDATE jobs SET message = :message, "
                             "since_us = :now, ",
                             change.set, " WHERE number = :number AND ",
                             change.when, " RETURNING agent, card_id"),
                params));
  if (rows.size() == 1) return Note(id, change, rows[0], now);
  RETURN_IF_ERROR(Get(id).status());
  return absl::FailedPreconditionError(
      absl::StrCat("job ", id, " has gone on meanwhile"));
}

absl::Status JobRepository::Note(const std::string& id, const Change& change,
                                 const store::Row& row, absl::Time now) {
  JournalEntry entry;
  entry.at = now;
  entry.kind = change.event;
  entry.text = change.message;
  entry.job_id = id;
  RETURN_IF_ERROR(row.Read(entry.agent, entry.card_id));
  return JournalRepository(tx_).Add(entry);
}

absl::Status JobRepository::Claim(const std::string& id,
                                  const std::string& opening_id,
                                  absl::Time now) {
  return Apply(
      id,
      {"job.preparing", "state = :preparing, holder = :opening",
       "state = :waiting", "The card has answered; its packet is made."},
      {{"preparing", Number(JobState::kPreparing)},
       {"opening", opening_id},
       {"waiting", Number(JobState::kWaiting)}},
      now);
}

absl::Status JobRepository::Start(const Packet& packet, absl::Time now) {
  return Apply(packet.job_id,
               {"job.running",
                "state = :running, holder = :packet, "
                "card_id = CASE WHEN :proven = 1 THEN :card ELSE card_id END, "
                "commands_done = 0, commands_total = :commands, "
                "changes = changes * :earlier + :changes, "
                "rounds = rounds + :rounds",
                "state = :preparing AND holder = :opening",
                "The agent runs the packet."},
               {{"running", Number(JobState::kRunning)},
                {"packet", packet.id},
                {"proven", !packet.card_unproven},
                {"card", packet.card_id},
                {"commands", packet.commands},
                {"changes", packet.changes},
                {"earlier", packet.continues ? 1 : 0},
                {"rounds", packet.continues ? 0 : 1},
                {"preparing", Number(JobState::kPreparing)},
                {"opening", packet.opening_id}},
               now);
}

absl::Status JobRepository::WaitAgain(const std::string& id,
                                      const std::string& holder,
                                      const std::string& message,
                                      absl::Time now) {
  return Apply(
      id,
      {"job.waits", "state = :waiting, holder = ''",
       "(state = :already OR (state <= :running AND holder = :holder))",
       message},
      {{"waiting", Number(JobState::kWaiting)},
       {"already", Number(JobState::kWaiting)},
       {"running", Number(JobState::kRunning)},
       {"holder", holder}},
      now);
}

absl::Status JobRepository::TakeBackRound(const std::string& id) {
  return tx_
      .Execute(
          "UPDATE jobs SET rounds = rounds - 1, forced_reads = "
          "CASE WHEN forced_reads < rounds THEN forced_reads "
          "ELSE rounds - 1 END WHERE number = :number AND rounds > 0",
          {{"number", ToNumber(id)}})
      .status();
}

absl::Status JobRepository::Finish(const std::string& id,
                                   const std::optional<std::string>& holder,
                                   const JobEnding& ending, absl::Time now) {
  RETURN_IF_ERROR(
      Apply(id,
            {EventOf(ending.state),
             "state = :state, holder = '', install_parameters = NULL, "
             "ended_us = :ended, commands_done = CASE WHEN :done = 1 THEN "
             "commands_total ELSE commands_done END",
             "(state <= :running OR state = :prepared) AND "
             "(:any = 1 OR holder = :holder)",
             ending.message},
            {{"state", Number(ending.state)},
             {"ended", now},
             {"done", ending.state == JobState::kDone},
             {"running", Number(JobState::kRunning)},
             {"prepared", Number(JobState::kPrepared)},
             {"any", !holder.has_value()},
             {"holder", holder.value_or("")}},
            now));
  int ordinal = 0;
  for (const Fact& fact : ending.facts) {
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
  ASSIGN_OR_RETURN(
      const int64_t changed,
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
                   {"number", ToNumber(id)}}));
  return changed == 1 ? absl::OkStatus() : NoSuchJob(id);
}

absl::StatusOr<std::vector<HeldJob>> JobRepository::Held() {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT number, state, holder, since_us FROM jobs "
                "WHERE state IN (:preparing, :running) ORDER BY number",
                {{"preparing", Number(JobState::kPreparing)},
                 {"running", Number(JobState::kRunning)}}));
  std::vector<HeldJob> list;
  for (const store::Row& row : rows) {
    HeldJob job;
    int64_t number = 0;
    int state = 0;
    RETURN_IF_ERROR(row.Read(number, state, job.holder, job.since));
    job.id = absl::StrCat(number);
    ASSIGN_OR_RETURN(job.state, ToJobState(state));
    list.push_back(std::move(job));
  }
  return list;
}

}  // namespace cardferry::orchestrator
