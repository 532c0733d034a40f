#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_CONCLUDER_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_CONCLUDER_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/orchestrator/model/packet.h"
#include "services/orchestrator/session/agent_link.h"
#include "services/orchestrator/session/reader_machine.h"
#include "services/orchestrator/session/session_context.h"

namespace cardferry::orchestrator {

// So often a job's packet may find its agent without room and be none: for
// three days and a half, at one a minute. From then on it counts as a round.
inline constexpr int64_t kMaxPacketsWithoutRoom = 5000;

// A packet's report as the agent sends it; opaque but for what was counted.
struct PacketReport {
  std::string packet_id;
  Bytes transcript;
  Measurements measurements;
  std::string trouble = {};  // why not all was run, as the agent has it
  bool no_room = false;      // it ran nothing: it had no room to journal it
};

// From a packet's report to the card's new state and the job's end. Waits for
// the sequencer.
class Concluder {
 public:
  Concluder(ReaderAddress at, const SessionContext& context)
      : at_(std::move(at)), context_(context) {}

  // Takes a report: kAccepted is said once, and it is kept until concluded.
  absl::StatusOr<ReportCheck> Take(const PacketReport& report,
                                   uint32_t commands_done);

  // Asks what an accepted report means and records that. Somebody else may be
  // doing the same: only one of them is the first. A session goes on only where
  // `card_is_held`; else its job waits for the card again.
  Concluded Conclude(const std::string& packet_id, bool card_is_held = false);

  // What became of a packet that was concluded before.
  absl::StatusOr<GiveVerdict> VerdictOf(const std::string& packet_id);

  // Nobody knows what the card did; its report may still come. The job waits.
  absl::Status Lose(const std::string& packet_id, const std::string& why);

  // Packets from this reader whose reports were accepted and never concluded.
  absl::StatusOr<std::vector<std::string>> Unconcluded();

 private:
  // What the job becomes.
  struct Ending {
    ConcludedKind kind = ConcludedKind::kNotDone;
    bool job_over = false;
    std::string message;
    bool no_round = false;  // the packet was none
  };

  absl::StatusOr<Concluded> TryConclude(const std::string& packet_id,
                                        bool card_is_held);
  absl::StatusOr<Concluded> AlreadyOver(const Packet& packet);
  // `no_round`: the packet would be none if nothing of it was run.
  static Ending EndingOf(const Conclusion& conclusion, const Packet& packet,
                         const Job& job, bool no_round);
  absl::Status Record(store::Transaction& tx, const Packet& packet,
                      const Conclusion& conclusion, Ending& ending);
  // What the card has confirmed, and what of it somebody should look into.
  absl::Status RecordReceipts(store::Transaction& tx, const Packet& packet,
                              const Conclusion& conclusion, absl::Time now);

  const ReaderAddress at_;
  const SessionContext& context_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_CONCLUDER_H_
