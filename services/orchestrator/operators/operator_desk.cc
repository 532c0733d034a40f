#include "services/orchestrator/operators/operator_desk.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/job_data/job_data.h"
#include "services/orchestrator/operators/job_check.h"
#include "services/orchestrator/repository/agent_repository.h"
#include "services/orchestrator/repository/application_repository.h"
#include "services/orchestrator/repository/card_repository.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/journal_repository.h"
#include "services/orchestrator/repository/opening_repository.h"
#include "services/orchestrator/sequencing/sequencer_proto.h"
#include "services/orchestrator/session/desired_state.h"
#include "services/orchestrator/session/load_file_supply.h"

namespace cardferry::orchestrator {
namespace {

constexpr size_t kMaxNameBytes = 64;

// Stands for whatever card comes: key set, key diversification data.
constexpr char kAnyCard[] = "any/00";

// `read` has one value more than a page when there are more. The token is the
// id of the page's last one.
template <typename Value>
Page<Value> ToPage(std::vector<Value> read) {
  Page<Value> page{std::move(read), ""};
  if (page.values.size() > kPageSize) {
    page.values.resize(kPageSize);
    page.next = page.values.back().id;
  }
  return page;
}

absl::Status CheckName(const std::string& name) {
  const auto allowed = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
           c == '_' || c == '.';
  };
  if (name.empty() || name.size() > kMaxNameBytes ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a name is 1 to ", kMaxNameBytes,
                     " letters, digits, '-', '_' and '.'"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Application> OperatorDesk::AddApplication(
    const std::string& name, const Bytes& cap_file) {
  RETURN_IF_ERROR(CheckName(name));
  Application application;
  application.name = name;
  ASSIGN_OR_RETURN(application.load_file,
                   parts_.sequencer.PutLoadFile(cap_file));
  const absl::Time now = parts_.clock.Now();
  const absl::Status added =
      parts_.database.Write([&](store::Transaction& tx) -> absl::Status {
        RETURN_IF_ERROR(ApplicationRepository(tx).Add(application, cap_file));
        JournalEntry entry;
        entry.at = now;
        entry.kind = "application.added";
        entry.text = absl::StrCat(name, ": package ",
                                  ToHex(application.load_file.package_aid), " ",
                                  application.load_file.version);
        return JournalRepository(tx).Add(entry);
      });
  RETURN_IF_ERROR(added);
  return application;
}

absl::StatusOr<std::vector<Application>> OperatorDesk::ListApplications() {
  return parts_.database.Read(
      [](store::Transaction& tx) { return ApplicationRepository(tx).List(); });
}

absl::Status OperatorDesk::CheckSubject(store::Transaction& tx,
                                        const JobSubject& subject) {
  if (subject.application.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Application application,
                   ApplicationRepository(tx).Get(subject.application));
  return CheckApplets(subject, application);
}

absl::Status OperatorDesk::CheckTarget(store::Transaction& tx,
                                       const JobTarget& target) {
  if (!target.card_id.empty()) {
    const absl::Status known = CardRepository(tx).Get(target.card_id).status();
    const bool awaited = absl::IsNotFound(known) && target.card_may_be_new;
    return awaited ? absl::OkStatus() : known;
  }
  ASSIGN_OR_RETURN(const Agent agent, AgentRepository(tx).Get(target.agent));
  if (agent.standing != AgentStanding::kRevoked) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("agent ", target.agent, " is revoked; cardferry agent add ",
                   target.agent, " lets it in again"));
}

absl::StatusOr<NewJob> OperatorDesk::NameFiles(store::Transaction& tx,
                                               NewJob job) {
  if (job.subject.action != JobAction::kManifest) return job;
  ASSIGN_OR_RETURN(
      job.install_parameters,
      NameLoadFiles(job.install_parameters,
                    [&tx](const std::string& name) -> absl::StatusOr<Bytes> {
                      ASSIGN_OR_RETURN(const Application application,
                                       ApplicationRepository(tx).Get(name));
                      return application.load_file.content_hash;
                    }));
  DesiredState desired;
  desired.manifest = job.install_parameters;
  for (const Bytes& hash : LoadFilesOf(desired)) {
    if (ApplicationRepository(tx).CapFile(hash).ok()) continue;
    return absl::NotFoundError(
        absl::StrCat("no CAP file with the hash ", ToHex(hash),
                     " is registered: cardferry app add does that"));
  }
  return job;
}

absl::StatusOr<PlanQuestion> OperatorDesk::QuestionOf(store::Transaction& tx,
                                                      const NewJob& job) {
  RETURN_IF_ERROR(CheckSubject(tx, job.subject));
  RETURN_IF_ERROR(CheckTarget(tx, job.target));
  ASSIGN_OR_RETURN(NewJob named, NameFiles(tx, job));
  if (named.subject.action == JobAction::kManifest) {
    ASSIGN_OR_RETURN(
        named.install_parameters,
        BindToCard(named.install_parameters, job.target.card_id, parts_.box));
  }
  Application application;
  if (!job.subject.application.empty()) {
    ASSIGN_OR_RETURN(application,
                     ApplicationRepository(tx).Get(job.subject.application));
  }
  CardRepository cards(tx);
  ASSIGN_OR_RETURN(const Card card, cards.Get(job.target.card_id));
  PlanQuestion question;
  question.desired = DesiredStateOf(named.subject, application.load_file,
                                    named.install_parameters);
  question.profile = card.profile;
  ASSIGN_OR_RETURN(question.card_record, cards.Record(card.id));
  return question;
}

absl::StatusOr<std::vector<PlannedStep>> OperatorDesk::PlanJob(
    const NewJob& job) {
  RETURN_IF_ERROR(CheckNewJob(job));
  if (job.target.card_id.empty()) {
    return absl::InvalidArgumentError(
        "a plan is made for one known card: name it; cardferry card list shows "
        "them");
  }
  ASSIGN_OR_RETURN(const PlanQuestion question,
                   parts_.database.Read([&](store::Transaction& tx) {
                     return QuestionOf(tx, job);
                   }));
  const auto first = parts_.sequencer.Plan(question);
  if (!absl::IsNotFound(first.status())) return first;
  RETURN_IF_ERROR(
      SupplyLoadFiles(question.desired, parts_.database, parts_.sequencer));
  return parts_.sequencer.Plan(question);
}

// What it asks of a card, every card has, and it has a place for it.
absl::Status OperatorDesk::CheckFacts(const NewJob& job) {
  if (job.subject.action != JobAction::kManifest) return absl::OkStatus();
  const bool any = job.target.card_id.empty();
  return BindToCard(job.install_parameters, any ? kAnyCard : job.target.card_id,
                    parts_.box)
      .status();
}

absl::StatusOr<Job> OperatorDesk::AddSealed(store::Transaction& tx, NewJob job,
                                            absl::Time now) {
  const Bytes data = std::exchange(job.install_parameters, Bytes());
  JobRepository jobs(tx);
  ASSIGN_OR_RETURN(const std::string id, jobs.Add(job, now));
  ASSIGN_OR_RETURN(const Bytes sealed, SealJobData(parts_.box, id, data));
  RETURN_IF_ERROR(jobs.SetInstallParameters(id, sealed));
  return jobs.Get(id);
}

absl::StatusOr<Job> OperatorDesk::AddJob(const NewJob& job) {
  RETURN_IF_ERROR(CheckNewJob(job));
  const absl::Time now = parts_.clock.Now();
  ASSIGN_OR_RETURN(
      const Job added,
      parts_.database.Write([&](store::Transaction& tx) -> absl::StatusOr<Job> {
        RETURN_IF_ERROR(CheckSubject(tx, job.subject));
        RETURN_IF_ERROR(CheckTarget(tx, job.target));
        ASSIGN_OR_RETURN(NewJob named, NameFiles(tx, job));
        RETURN_IF_ERROR(CheckFacts(named));
        return AddSealed(tx, std::move(named), now);
      }));
  parts_.job_waits(added.target);
  return added;
}

absl::StatusOr<Job> OperatorDesk::CancelJob(const std::string& id) {
  const absl::Time now = parts_.clock.Now();
  ASSIGN_OR_RETURN(
      Job cancelled,
      parts_.database.Write([&](store::Transaction& tx) -> absl::StatusOr<Job> {
        JobRepository jobs(tx);
        RETURN_IF_ERROR(jobs.Cancel(id, now));
        return jobs.Get(id);
      }));
  parts_.board.Changed(id);
  if (!cancelled.cancel_requested) return cancelled;
  // An honest agent forgets the packet; a session with the card makes sure.
  if (cancelled.prepared.has_value()) {
    parts_.forget(cancelled.prepared->agent, cancelled.prepared->stored_id);
  }
  parts_.job_waits(cancelled.target);
  return cancelled;
}

absl::StatusOr<Job> OperatorDesk::GetJob(const std::string& id) {
  ASSIGN_OR_RETURN(Job job, parts_.database.Read([&](store::Transaction& tx) {
    return JobRepository(tx).Get(id);
  }));
  parts_.board.AddProgress(job);
  return job;
}

absl::StatusOr<Page<Job>> OperatorDesk::ListJobs(
    const JobFilter& filter, const std::string& page_token) {
  ASSIGN_OR_RETURN(
      std::vector<Job> jobs, parts_.database.Read([&](store::Transaction& tx) {
        return JobRepository(tx).List(filter, page_token, kPageSize + 1);
      }));
  for (Job& job : jobs) parts_.board.AddProgress(job);
  return ToPage(std::move(jobs));
}

absl::StatusOr<Card> OperatorDesk::GetCard(const std::string& id) {
  return parts_.database.Read(
      [&](store::Transaction& tx) { return CardRepository(tx).Get(id); });
}

absl::StatusOr<std::vector<CardReceipt>> OperatorDesk::ListReceipts(
    const std::string& card_id) {
  constexpr int kMost = 1000;
  return parts_.database.Read([&](store::Transaction& tx) {
    return CardRepository(tx).Receipts(card_id, kMost);
  });
}

absl::StatusOr<Page<Card>> OperatorDesk::ListCards(
    const CardFilter& filter, const std::string& page_token) {
  ASSIGN_OR_RETURN(std::vector<Card> cards,
                   parts_.database.Read([&](store::Transaction& tx) {
                     return CardRepository(tx).List(filter, page_token,
                                                    kPageSize + 1);
                   }));
  return ToPage(std::move(cards));
}

absl::StatusOr<Card> OperatorDesk::ResumeCard(const std::string& id) {
  const absl::Time now = parts_.clock.Now();
  ASSIGN_OR_RETURN(Card resumed,
                   parts_.database.Write(
                       [&](store::Transaction& tx) -> absl::StatusOr<Card> {
                         CardRepository cards(tx);
                         RETURN_IF_ERROR(cards.Resume(id));
                         JournalEntry entry;
                         entry.at = now;
                         entry.kind = "card.resumed";
                         entry.text = "Work on the card goes on";
                         entry.card_id = id;
                         RETURN_IF_ERROR(JournalRepository(tx).Add(entry));
                         return cards.Get(id);
                       }));
  JobTarget target;
  target.card_id = id;
  parts_.job_waits(target);
  return resumed;
}

absl::StatusOr<Agent> OperatorDesk::AddAgent(const std::string& name) {
  RETURN_IF_ERROR(CheckName(name));
  const absl::Time now = parts_.clock.Now();
  std::vector<std::string> jobs;
  ASSIGN_OR_RETURN(const Agent added,
                   parts_.database.Write(
                       [&](store::Transaction& tx) -> absl::StatusOr<Agent> {
                         AgentRepository agents(tx);
                         RETURN_IF_ERROR(agents.Add(name, now));
                         ASSIGN_OR_RETURN(jobs,
                                          JobRepository(tx).WaitingAt(name));
                         return agents.Get(name);
                       }));
  // What they wait for is another thing now.
  for (const std::string& id : jobs) parts_.board.Changed(id);
  return WithReaders(added);
}

absl::StatusOr<Agent> OperatorDesk::RevokeAgent(const std::string& name) {
  const absl::Time now = parts_.clock.Now();
  std::vector<std::string> jobs;
  ASSIGN_OR_RETURN(const Agent revoked,
                   parts_.database.Write(
                       [&](store::Transaction& tx) -> absl::StatusOr<Agent> {
                         AgentRepository agents(tx);
                         RETURN_IF_ERROR(agents.Revoke(name, now));
                         RETURN_IF_ERROR(OpeningRepository(tx).Void(name));
                         ASSIGN_OR_RETURN(jobs,
                                          JobRepository(tx).WaitingAt(name));
                         return agents.Get(name);
                       }));
  parts_.end_agent(name);
  for (const std::string& id : jobs) parts_.board.Changed(id);
  return revoked;
}

absl::StatusOr<std::vector<CardProfile>> OperatorDesk::ListProfiles() {
  return parts_.sequencer.ListProfiles();
}

Agent OperatorDesk::WithReaders(Agent agent) const {
  const std::map<std::string, std::vector<Reader>> connected =
      parts_.connected();
  const auto found = connected.find(agent.name);
  if (found == connected.end()) return agent;
  agent.connected = true;
  agent.readers = found->second;
  return agent;
}

absl::StatusOr<std::vector<Agent>> OperatorDesk::ListAgents() {
  ASSIGN_OR_RETURN(std::vector<Agent> agents,
                   parts_.database.Read([](store::Transaction& tx) {
                     return AgentRepository(tx).List();
                   }));
  for (Agent& agent : agents) agent = WithReaders(std::move(agent));
  return agents;
}

absl::StatusOr<std::vector<JournalEntry>> OperatorDesk::ListEvents(
    const std::string& job_id, int64_t after_id) {
  return parts_.database.Read([&](store::Transaction& tx) {
    return JournalRepository(tx).List(job_id, after_id);
  });
}

}  // namespace cardferry::orchestrator
