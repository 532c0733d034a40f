#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARER_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARER_H_

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

  // The next packet of the session that `packet_id` was a packet of; its job is
  // preparing, held by the opening. Whatever happens, the same.
  std::variant<Packed, NotPacked> Continue(const std::string& packet_id,
                                           const Bytes& continuation,
                                           absl::Time received_at);

 private:
  // A job, taken for this card, and all that is needed for its packet.
  struct Task {
    Job job;
    std::string profile;
    Preparation preparation;
  };

  // Why there is nothing to be done, and the job that it was about, if any.
  // A job, and what it brings to the card as it was before it was sealed.
  struct OpenedJob {
    Job job;
    Bytes data;
  };
  struct Untaken {
    NotPacked answer;
    std::string job_id;
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

  absl::Status PrepareWithLoadFile(const Task& task, PacketSender& sender);
  NotPacked Explain(const Task& task, const PacketSender& sender,
                    const absl::Status& status);
  NotPacked FinishWithoutPacket(const Task& task,
                                const std::string& opening_id);
  NotPacked BreakOff(const PacketSender& sender, const absl::Status& status);
  absl::Status StopCard(store::Transaction& tx, const Task& task,
                        const PreparationFailure& failure, absl::Time now);

  const ReaderAddress at_;
  const SessionContext& context_;
  AgentLink& link_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARER_H_
