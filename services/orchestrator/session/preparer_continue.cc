// The packets of a session after its first one.
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/session/packet_sender.h"
#include "services/orchestrator/session/preparer.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kNotNow[] =
    "The card's session cannot go on now. The job waits; leave the card in the "
    "reader or insert it again later.";

}  // namespace

std::variant<Packed, NotPacked> Preparer::Continue(const std::string& packet_id,
                                                   const Bytes& continuation,
                                                   absl::Time received_at) {
  const absl::StatusOr<Packet> previous =
      context_.database.Read([&](store::Transaction& tx) {
        return PacketRepository(tx).Get(packet_id);
      });
  if (!previous.ok()) {
    // No retry: that would prepare the opening's answer, which is used up. The
    // job is given back when it has been held too long.
    LogError("session not continued", {{"status", previous.status()}});
    return NotPacked{NotPackedKind::kAgain, kNotNow};
  }
  Packet packet;
  packet.id = NewId(context_.random);
  packet.job_id = previous->job_id;
  packet.opening_id = previous->opening_id;
  packet.at = at_;
  packet.card_id = previous->card_id;
  packet.profile = previous->profile;
  packet.continues = true;
  PacketSender sender(std::move(packet), received_at, context_, link_);
  const absl::Status status = context_.sequencer.Continue(continuation, sender);
  if (status.ok() && !sender.empty()) {
    return Packed{sender.packet().id, previous->job_id,
                  sender.packet().commands};
  }
  return BreakOff(sender, status);
}

// The card's session cannot go on: it is read anew, and the job waits for it.
NotPacked Preparer::BreakOff(const PacketSender& sender,
                             const absl::Status& status) {
  const std::string reason = AsSentence(
      absl::StrCat("the card's session broke off (", status.message(), ")"));
  LogWarning("session broken off",
             {{"job", sender.packet().job_id}, {"status", status}});
  const std::string& holder =
      sender.started() ? sender.packet().id : sender.packet().opening_id;
  const absl::Status saved =
      context_.database.Write([&](store::Transaction& tx) {
        return JobRepository(tx).WaitAgain(sender.packet().job_id, holder,
                                           reason, context_.clock.Now());
      });
  if (!saved.ok()) LogError("job not put back", {{"status", saved}});
  context_.board.Changed(sender.packet().job_id);
  if (sender.agent_gone()) {
    JobTarget target;
    target.card_id = sender.packet().card_id;
    context_.job_waits(target, {});
  }
  return {NotPackedKind::kAgain, reason};
}

}  // namespace cardferry::orchestrator
