#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOB_REPOSITORY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOB_REPOSITORY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/model/packet.h"
#include "services/orchestrator/model/reader_address.h"

namespace cardferry::orchestrator {

// Jobs, within one transaction. A change that the job's state does not allow,
// or that another than its holder asks for, is FAILED_PRECONDITION; a job that
// does not exist is NOT_FOUND. Each change writes its event ("job.waits", ...)
// in the same transaction.
class JobRepository {
 public:
  explicit JobRepository(store::Transaction& tx) : tx_(tx) {}

  // The new job's id. FAILED_PRECONDITION when there is no such application.
  absl::StatusOr<std::string> Add(const NewJob& job, absl::Time now);

  absl::StatusOr<Job> Get(const std::string& id);
  // Newest first, at most `most` of those that pass the filter and are older
  // than the job `before`; empty: of all. INVALID_ARGUMENT when that is no
  // job's number.
  absl::StatusOr<std::vector<Job>> List(const JobFilter& filter,
                                        const std::string& before, int most);
  // Personal data; empty once the job is over. As they are stored: sealed.
  absl::StatusOr<Bytes> InstallParameters(const std::string& id);
  // Other ones in their place; not for a job that is over.
  absl::Status SetInstallParameters(const std::string& id,
                                    const Bytes& parameters);
  // Ids of the jobs that have some, oldest first.
  absl::StatusOr<std::vector<std::string>> WithParameters();

  // True when a card at this reader should be asked who it is: some job waits
  // for the reader, for any reader of its agent, or for a card anywhere.
  absl::StatusOr<bool> IsAwaited(const ReaderAddress& at);
  // The oldest job that waits for this card or for any card at this reader; of
  // those younger than the job `after`, when there is one.
  absl::StatusOr<std::optional<Job>> FindWaiting(const ReaderAddress& at,
                                                 const std::string& card_id,
                                                 const std::string& after = "");

  // Waiting -> preparing, held by this opening.
  absl::Status Claim(const std::string& id, const std::string& opening_id,
                     absl::Time now);
  // Preparing, held by the packet's opening -> running, held by the packet:
  // from now on the job is about its card, once that is proven.
  absl::Status Start(const Packet& packet, absl::Time now);
  // Waiting, for one card -> prepared: its packets, of which this is the first,
  // wait for the card at this agent.
  absl::Status Prepare(const Packet& packet, const std::string& message,
                       absl::Time now);
  // Prepared, or waiting again because nobody knew -> running: an agent has run
  // this packet.
  absl::Status StartPrepared(const Packet& packet, absl::Time now);
  // Prepared -> waiting.
  absl::Status Unprepare(const std::string& id, const std::string& message,
                         absl::Time now);
  // Preparing or running, held by `holder` -> waiting; one that waits already
  // has a new message.
  absl::Status WaitAgain(const std::string& id, const std::string& holder,
                         const std::string& message, absl::Time now);
  // Its last packet was none: it does not count.
  absl::Status TakeBackRound(const std::string& id);
  // Its last packet only reads the card, because others can still be run there.
  absl::Status NoteForcedRead(const std::string& id);
  // Not over -> done, failed or cancelled. The install parameters are
  // forgotten. With a `holder`: only if it holds the job.
  absl::Status Finish(const std::string& id,
                      const std::optional<std::string>& holder,
                      const JobEnding& ending, absl::Time now);
  // Waiting -> cancelled. The install parameters are forgotten. Prepared, or
  // waiting with packets that may still be run -> waiting, to be cancelled once
  // they cannot.
  absl::Status Cancel(const std::string& id, absl::Time now);
  // Adds one packet's measurements to those of earlier ones.
  absl::Status AddMeasurements(const std::string& id, uint32_t commands_done,
                               const Measurements& more);

  // Ids of those that wait for whatever card comes to this agent's readers.
  absl::StatusOr<std::vector<std::string>> WaitingAt(const std::string& agent);
  // Those that are preparing or running, oldest first.
  absl::StatusOr<std::vector<HeldJob>> Held();

 private:
  // A change of one job: the event's kind, and SQL for what is set and when
  // that is allowed.
  struct Change {
    const char* event;
    const char* set;
    const char* when;
    std::string message;
  };

  absl::StatusOr<Job> ToJob(const store::Row& row);
  absl::Status ReadFacts(int64_t number, Job& job);
  absl::Status ReadApplets(int64_t number, Job& job);
  absl::Status Apply(const std::string& id, const Change& change,
                     std::vector<store::Param> params, absl::Time now);
  absl::Status Note(const std::string& id, const Change& change,
                    const store::Row& row, absl::Time now);

  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOB_REPOSITORY_H_
