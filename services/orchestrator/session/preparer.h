#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARER_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARER_H_

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/model/opening.h"
#include "services/orchestrator/session/agent_link.h"
#include "services/orchestrator/session/packet_sender.h"
#include "services/orchestrator/session/preparation_failure.h"
#include "services/orchestrator/session/reader_machine.h"
#include "services/orchestrator/session/session_context.h"

namespace cardferry::orchestrator {

// More packets than this for one job mean that it gets nowhere.
inline constexpr uint32_t kMaxRounds = 8;
// Packets that only read the card, because others can still be run there, move
// its counter on, each by one: so many do not count as rounds.
inline constexpr uint32_t kMaxForcedReads = 32;

inline bool GetsNowhere(const Job& job) {
  return job.rounds >= kMaxRounds + std::min(job.forced_reads, kMaxForcedReads);
}

// From a card's answer to the packet for it: who is it, which job waits for it,
// what has to be sent? Waits for the sequencer.
class Preparer {
 public:
  Preparer(ReaderAddress at, const SessionContext& context, AgentLink& link)
      : at_(std::move(at)), context_(context), link_(link) {}

  // Sends the packet's parts as they come. Whatever happens, no job is left
  // behind in a state between waiting and running. `received_at` is when the
  // answer came.
  std::variant<Packed, NotPacked> Prepare(const std::string& opening_id,
                                          const OpeningAnswer& answer,
                                          absl::Time received_at);

  // Jobs that were passed over are tried again: another card may lie there, or
  // something has changed.
  void StartOver() { passed_over_ = {}; }
  // The next packet of the session that `packet_id` was a packet of; its job is
  // preparing, held by the opening. Whatever happens, the same.
  std::variant<Packed, NotPacked> Continue(const std::string& packet_id,
                                           const Bytes& continuation,
                                           absl::Time received_at);

 private:
  // Up to where this card's jobs were passed over, in the order of their age:
  // they cannot be done for it, and wait. Each once until StartOver or a
  // packet, so that none of them keeps the others.
  struct PassedOver {
    std::string card_id;
    std::string job_id;
  };
  // A job, taken for this card, and all that is needed for its packet.
  struct Task {
    Job job;
    std::string profile;
    Preparation preparation;
  };

  // A job, and what it brings to the card as it was before it was sealed.
  struct OpenedJob {
    Job job;
    Bytes data;
  };
  // Why there is nothing to be done, and the job that this changed, if any.
  struct Untaken {
    NotPacked answer;
    std::string job_id;
    bool passed_over = false;  // that job
  };

  // The job for this card, or why there is none.
  absl::StatusOr<std::variant<Task, Untaken>> TakeJob(
      const std::string& opening_id, const OpeningAnswer& answer,
      const ClaimedCard& card);
  absl::StatusOr<std::variant<Task, Untaken>> TakeJobIn(
      store::Transaction& tx, const IssuedOpening& opening,
      const OpeningAnswer& answer, const ClaimedCard& card);
  absl::StatusOr<Task> FillTask(store::Transaction& tx, OpenedJob opened,
                                const IssuedOpening& opening,
                                const OpeningAnswer& answer,
                                const ClaimedCard& card);
  absl::StatusOr<Untaken> RefuseStopped(store::Transaction& tx,
                                        const ClaimedCard& card);
  absl::StatusOr<Untaken> FailJob(store::Transaction& tx,
                                  const std::string& job_id,
                                  const std::string& message);
  // It waits on, with its data.
  absl::StatusOr<Untaken> PassOver(store::Transaction& tx,
                                   const std::string& job_id,
                                   const ClaimedCard& card,
                                   const std::string& message);

  absl::Status PrepareWithLoadFile(const Task& task, PacketSender& sender);
  NotPacked Explain(const Task& task, const PacketSender& sender,
                    const absl::Status& status);
  // What Explain writes down.
  struct Aftermath {
    bool ended = false;     // the job
    bool next_job = false;  // one behind it
  };
  absl::StatusOr<Aftermath> PutBack(store::Transaction& tx, const Task& task,
                                    const PreparationFailure& failure,
                                    const std::string& holder);
  NotPacked FinishWithoutPacket(const Task& task,
                                const std::string& opening_id);
  NotPacked BreakOff(const PacketSender& sender, const absl::Status& status);
  absl::Status StopCard(store::Transaction& tx, const Task& task,
                        const PreparationFailure& failure, absl::Time now);

  const ReaderAddress at_;
  const SessionContext& context_;
  AgentLink& link_;
  PassedOver passed_over_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARER_H_
