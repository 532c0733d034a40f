#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_OPERATOR_DESK_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_OPERATOR_DESK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/crypto/sealed_box.h"
#include "lib/store/database.h"
#include "services/orchestrator/jobs/job_board.h"
#include "services/orchestrator/model/agent.h"
#include "services/orchestrator/model/application.h"
#include "services/orchestrator/model/card.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/model/journal_entry.h"
#include "services/orchestrator/model/page.h"
#include "services/orchestrator/model/reader_address.h"
#include "services/orchestrator/sequencing/sequencer.h"

namespace cardferry::orchestrator {

// Larger files are refused before anybody looks into them.
inline constexpr size_t kMaxCapFileBytes = 4 << 20;

// How many jobs or cards one page of a list has: far below a message's 4 MiB.
inline constexpr int kPageSize = 200;

// What operators ask and tell. Calls wait (database, sequencer). Safe from any
// thread.
class OperatorDesk {
 public:
  // All of it outlives the desk.
  struct Parts {
    store::Database& database;
    Sequencer& sequencer;
    JobBoard& board;
    const Clock& clock;
    const crypto::SealedBox& box;  // of what is kept of jobs
    // A job was added: tell the readers that it may concern.
    std::function<void(const JobTarget&)> job_waits;
    // The connected agents and their readers.
    std::function<std::map<std::string, std::vector<Reader>>()> connected;
    // Ends this agent's connection, if there is one.
    std::function<void(const std::string& agent)> end_agent;
    // Has this agent forget the job's packet that waits there for its card.
    std::function<void(const std::string& agent, const std::string& stored_id)>
        forget = [](const std::string&, const std::string&) {};
  };

  explicit OperatorDesk(Parts parts) : parts_(std::move(parts)) {}

  // INVALID_ARGUMENT for a bad name, or with the sequencer's reason for a bad
  // file; ALREADY_EXISTS when the name stands for another file.
  absl::StatusOr<Application> AddApplication(const std::string& name,
                                             const Bytes& cap_file);
  absl::StatusOr<std::vector<Application>> ListApplications();

  // INVALID_ARGUMENT for what makes no sense; NOT_FOUND when application,
  // agent or card are not known.
  absl::StatusOr<Job> AddJob(const NewJob& job);
  // What such a job would do, from the record of the card that it names; adds
  // none. Errors as AddJob's; INVALID_ARGUMENT too for a job that is for no
  // one card, and with the sequencer's reason for what cannot be reached.
  absl::StatusOr<std::vector<PlannedStep>> PlanJob(const NewJob& job);
  // FAILED_PRECONDITION, saying why, for a job that does not wait.
  absl::StatusOr<Job> CancelJob(const std::string& id);
  absl::StatusOr<Job> GetJob(const std::string& id);
  absl::StatusOr<Page<Job>> ListJobs(const JobFilter& filter,
                                     const std::string& page_token);

  absl::StatusOr<Card> GetCard(const std::string& id);
  absl::StatusOr<Page<Card>> ListCards(const CardFilter& filter,
                                       const std::string& page_token);
  // The newest first, at most 1000. NOT_FOUND.
  absl::StatusOr<std::vector<CardReceipt>> ListReceipts(
      const std::string& card_id);
  // Work on a stopped card goes on. NOT_FOUND, FAILED_PRECONDITION when it is
  // not stopped.
  absl::StatusOr<Card> ResumeCard(const std::string& id);

  absl::StatusOr<std::vector<Agent>> ListAgents();
  // INVALID_ARGUMENT for a bad name.
  absl::StatusOr<Agent> AddAgent(const std::string& name);
  // Its connection ends, what it was given is void. NOT_FOUND.
  absl::StatusOr<Agent> RevokeAgent(const std::string& name);

  absl::StatusOr<std::vector<CardProfile>> ListProfiles();

  absl::StatusOr<std::vector<JournalEntry>> ListEvents(
      const std::string& job_id, int64_t after_id);

 private:
  // The job with hashes where its manifest names applications.
  static absl::StatusOr<NewJob> NameFiles(store::Transaction& tx, NewJob job);
  absl::StatusOr<PlanQuestion> QuestionOf(store::Transaction& tx,
                                          const NewJob& job);
  absl::Status CheckFacts(const NewJob& job);
  // The job, with what it brings sealed for it.
  absl::StatusOr<Job> AddSealed(store::Transaction& tx, NewJob job,
                                absl::Time now);
  absl::Status CheckSubject(store::Transaction& tx, const JobSubject& subject);
  Agent WithReaders(Agent agent) const;
  absl::Status CheckTarget(store::Transaction& tx, const JobTarget& target);

  const Parts parts_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_OPERATOR_DESK_H_
