#include "services/orchestrator/session/packet_sender.h"

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/card_repository.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/journal_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/session/prepared_packets.h"

namespace cardferry::orchestrator {

absl::Status PacketSender::Register(const std::string& summary,
                                    bool others_live) {
  const absl::Time now = context_.clock.Now();
  return context_.database.Write([&](store::Transaction& tx) -> absl::Status {
    RETURN_IF_ERROR(JobRepository(tx).Start(packet_, now));
    if (!packet_.card_unproven) {
      RETURN_IF_ERROR(
          CardRepository(tx).Saw(packet_.card_id, packet_.profile, now));
    }
    RETURN_IF_ERROR(PacketRepository(tx).Add(packet_, now));
    if (others_live && packet_.changes == 0) {
      RETURN_IF_ERROR(JobRepository(tx).NoteForcedRead(packet_.job_id));
    }
    if (!others_live && !packet_.card_unproven) {
      ASSIGN_OR_RETURN(ended_,
                       PreparedPackets::LeaveBehind(tx, packet_.card_id, now));
    }
    if (packet_.changes > 0) {
      RETURN_IF_ERROR(CardRepository(tx).Doubt(packet_.card_id));
    }
    JournalEntry entry;
    entry.at = now;
    entry.kind = "packet.sent";
    entry.text =
        absl::StrCat(packet_.commands, " commands to ", packet_.at.reader,
                     summary.empty() ? "" : ": ", summary);
    entry.job_id = packet_.job_id;
    entry.card_id = packet_.card_id;
    entry.agent = packet_.at.agent;
    return JournalRepository(tx).Add(entry);
  });
}

absl::Status PacketSender::OnHeader(const BundleHeader& header) {
  if (header_came_) return absl::InternalError("a second bundle header came");
  if (header.card_id != packet_.card_id) {
    // Its cryptogram is right: no reason to stop it.
    return absl::InternalError(absl::StrCat("the card claims to be ",
                                            packet_.card_id, " and proves to ",
                                            "be ", header.card_id));
  }
  header_came_ = true;
  packet_.commands = header.commands;
  packet_.changes = header.changes;
  packet_.bundle_state = header.bundle_state;
  packet_.card_unproven = header.card_unproven;
  asks_server_ = header.asks_server;
  if (header.commands == 0) return absl::OkStatus();
  const absl::Status registered =
      Register(header.summary, header.live_packets > 0);
  // Trouble with the database says nothing about the card.
  if (absl::IsFailedPrecondition(registered)) return registered;
  if (!registered.ok()) return absl::UnavailableError(registered.message());
  started_ = true;
  context_.board.Changed(packet_.job_id);
  for (const std::string& id : ended_) context_.board.Changed(id);
  return absl::OkStatus();
}

absl::Status PacketSender::OnPart(Bytes script, bool last) {
  if (!header_came_)
    return absl::InternalError("a part came before its header");
  if (empty()) return absl::OkStatus();
  if (!link_.Send(GivePacketPart{packet_.id, packet_.opening_id,
                                 packet_.at.reader, std::move(script), last,
                                 packet_.commands, last && asks_server_})) {
    agent_gone_ = true;
    return absl::UnavailableError("the agent has gone");
  }
  if (part_sent_) return absl::OkStatus();
  part_sent_ = true;
  packet_.server_time = context_.clock.Now() - received_at_;
  const absl::Status saved =
      context_.database.Write([&](store::Transaction& tx) {
        return PacketRepository(tx).SetServerTime(packet_.id,
                                                  packet_.server_time);
      });
  // A measurement is not worth a load.
  if (!saved.ok()) LogWarning("server time not saved", {{"status", saved}});
  return absl::OkStatus();
}

}  // namespace cardferry::orchestrator
