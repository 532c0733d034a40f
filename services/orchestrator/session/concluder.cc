#include "services/orchestrator/session/concluder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/card_repository.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/journal_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/session/prepared_packets.h"
#include "services/orchestrator/session/preparer.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kReadAgain[] = "The card is read again.";
constexpr char kLetGo[] = "The card was let go before its session was over.";

JournalEntry EntryFor(const Packet& packet, absl::Time now,
                      absl::string_view kind, absl::string_view text) {
  JournalEntry entry;
  entry.at = now;
  entry.kind = std::string(kind);
  entry.text = std::string(text);
  entry.job_id = packet.job_id;
  entry.card_id = packet.card_id;
  entry.agent = packet.at.agent;
  return entry;
}

std::string DoneText(const JobSubject& subject, uint32_t changes) {
  const std::string name = NameOf(subject);
  const bool deletes = subject.action == JobAction::kDelete;
  if (changes == 0) {
    return deletes ? absl::StrCat("The card did not hold ", name,
                                  "; nothing was changed.")
                   : absl::StrCat("The card held ", name,
                                  " already; nothing was changed.");
  }
  return deletes ? absl::StrCat("The card holds ", name, " no more.")
                 : absl::StrCat("The card holds ", name, ".");
}

std::string NoRoom(const Packet& packet) {
  const std::string said = AsSentence(packet.trouble);
  return absl::StrCat("Agent ", packet.at.agent,
                      " has no room for its journal. Nothing was sent to the "
                      "card. Make room on the agent's disk: the job then goes "
                      "on by itself.",
                      said.empty() ? "" : " The agent says: ", said);
}

// Errors that say nothing of the report: the same call may succeed later.
bool MayChange(const absl::Status& status) {
  return IsForLater(status) || absl::IsResourceExhausted(status) ||
         absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status) ||
         absl::IsUnimplemented(status);
}

// A report that means nothing is one whose answers are missing.
Conclusion Unreadable(const absl::Status& status) {
  Conclusion conclusion;
  conclusion.outcome = Outcome::kUnknown;
  conclusion.reason = AsSentence(
      absl::StrCat("the agent's report could not be read: ", status.message()));
  return conclusion;
}

}  // namespace

absl::StatusOr<ReportCheck> Concluder::Take(const PacketReport& report,
                                            uint32_t commands_done) {
  const absl::Time now = context_.clock.Now();
  return context_.database.Write(
      [&](store::Transaction& tx) -> absl::StatusOr<ReportCheck> {
        PacketRepository packets(tx);
        ASSIGN_OR_RETURN(const ReportCheck check,
                         packets.Report(report.packet_id, at_.agent,
                                        report.transcript, now));
        if (check != ReportCheck::kAccepted) return check;
        ASSIGN_OR_RETURN(const Packet reported, packets.Get(report.packet_id));
        if (reported.at.reader == kStoredReader) {
          RETURN_IF_ERROR(PreparedPackets::Ran(tx, reported, now));
        }
        RETURN_IF_ERROR(packets.SetTrouble(report.packet_id, report.trouble,
                                           report.no_room));
        ASSIGN_OR_RETURN(const Packet packet, packets.Get(report.packet_id));
        Measurements measured = report.measurements;
        measured.server = packet.server_time;
        RETURN_IF_ERROR(JobRepository(tx).AddMeasurements(
            packet.job_id, commands_done, measured));
        RETURN_IF_ERROR(JournalRepository(tx).Add(EntryFor(
            packet, now, "packet.reported",
            absl::StrCat("The report came from ", packet.at.reader,
                         report.trouble.empty() ? "" : ": ", report.trouble))));
        return check;
      });
}

Concluded Concluder::Conclude(const std::string& packet_id, bool card_is_held) {
  absl::StatusOr<Concluded> concluded = TryConclude(packet_id, card_is_held);
  if (concluded.ok()) return *std::move(concluded);
  LogWarning("conclusion put off",
             {{"packet", packet_id}, {"status", concluded.status()}});
  return {packet_id, "", ConcludedKind::kUnavailable, ""};
}

absl::StatusOr<Concluded> Concluder::TryConclude(const std::string& packet_id,
                                                 bool card_is_held) {
  ASSIGN_OR_RETURN(const Packet packet,
                   context_.database.Read([&](store::Transaction& tx) {
                     return PacketRepository(tx).Get(packet_id);
                   }));
  if (packet.state != PacketState::kReported) return AlreadyOver(packet);
  absl::StatusOr<Conclusion> conclusion =
      context_.sequencer.Conclude(packet.bundle_state, packet.transcript);
  if (!conclusion.ok()) {
    if (MayChange(conclusion.status())) return conclusion.status();
    conclusion = Unreadable(conclusion.status());
  }
  if (conclusion->outcome == Outcome::kContinues && !card_is_held) {
    conclusion->outcome = Outcome::kUnknown;
    conclusion->reason = kLetGo;
  }
  ASSIGN_OR_RETURN(
      const Ending ending,
      context_.database.Write(
          [&](store::Transaction& tx) -> absl::StatusOr<Ending> {
            ASSIGN_OR_RETURN(const Job job,
                             JobRepository(tx).Get(packet.job_id));
            ASSIGN_OR_RETURN(const Packet now_is,
                             PacketRepository(tx).Get(packet_id));
            if (now_is.state != PacketState::kReported) {
              return Ending{ConcludedKind::kNotDone, false, ""};
            }
            ASSIGN_OR_RETURN(const int64_t without_room,
                             PacketRepository(tx).WithoutRoom(job.id));
            Ending found = EndingOf(*conclusion, packet, job,
                                    without_room <= kMaxPacketsWithoutRoom);
            for (const std::string& alarm : conclusion->alarms) {
              absl::StrAppend(&found.message, " ", AsSentence(alarm));
            }
            RETURN_IF_ERROR(Record(tx, packet, *conclusion, found));
            return found;
          }));
  if (ending.message.empty()) return AlreadyOver(packet);
  context_.board.Changed(packet.job_id);
  if (ending.kind == ConcludedKind::kContinues) {
    return Concluded{packet_id, packet.opening_id, ending.kind, ending.message,
                     std::move(conclusion->continuation)};
  }
  if (!ending.job_over) {
    JobTarget target;
    target.card_id = packet.card_id;
    context_.job_waits(target, at_);
  }
  return Concluded{packet_id, packet.opening_id, ending.kind, ending.message};
}

// Concluded by somebody else, who says the same; or the card has been asked
// anew meanwhile, and another packet knows better.
absl::StatusOr<Concluded> Concluder::AlreadyOver(const Packet& packet) {
  ASSIGN_OR_RETURN(const GiveVerdict verdict, VerdictOf(packet.id));
  Concluded concluded{packet.id, packet.opening_id, ConcludedKind::kNotDone,
                      kReadAgain};
  if (verdict.ok) {
    concluded.kind = ConcludedKind::kDone;
    concluded.message = verdict.message;
  }
  return concluded;
}

Concluder::Ending Concluder::EndingOf(const Conclusion& conclusion,
                                      const Packet& packet, const Job& job,
                                      bool no_round) {
  const bool tired = GetsNowhere(job);
  // A read that moved the card's counter on. It was not enough, or the job were
  // over.
  const bool ran = !(packet.no_room && conclusion.nothing_ran);
  if (job.cancel_requested && packet.changes == 0 && ran) {
    return {ConcludedKind::kNotDone, false,
            "Cancel requested. The card's counter has moved on, but not past "
            "all packets yet: leave the card in the reader."};
  }
  const std::string reason = AsSentence(conclusion.reason);
  switch (conclusion.outcome) {
    case Outcome::kDone:
      return {ConcludedKind::kDone, true,
              DoneText(job.subject, std::max(packet.changes, job.changes))};
    case Outcome::kCardDiffers:
      if (tired) break;
      return {ConcludedKind::kNotDone, false,
              absl::StrCat(reason, reason.empty() ? "" : " ",
                           "A second round follows: leave the card in the "
                           "reader.")};
    case Outcome::kFailed:
      return {ConcludedKind::kNotDone, true,
              reason.empty() ? "The card refused a command." : reason};
    case Outcome::kForged:
      return {ConcludedKind::kNotDone, true, reason};
    case Outcome::kWrongKeys:
      // A job for one card waits on: a false one may claim to be it.
      return {ConcludedKind::kNotDone, job.target.agent == packet.at.agent,
              reason.empty() ? "The card has not shown its keys." : reason};
    case Outcome::kContinues:
      return {ConcludedKind::kContinues, false,
              "The card has answered; its next packet is made."};
    case Outcome::kUnknown:
      // The agent's word alone: not where its own report says otherwise.
      if (packet.no_room && conclusion.nothing_ran && (no_round || !tired)) {
        return {ConcludedKind::kNoRoom, false, NoRoom(packet), no_round};
      }
      if (tired) break;
      return {ConcludedKind::kNotDone, false,
              absl::StrCat(reason, reason.empty() ? "" : " ",
                           "Insert the card again: it is read anew, and the "
                           "job goes on.")};
  }
  return {ConcludedKind::kNotDone, true,
          absl::StrCat("Given up after ", job.rounds, " packets. ", reason,
                       packet.trouble.empty() ? "" : " The agent says: ",
                       AsSentence(packet.trouble))};
}

absl::Status Concluder::RecordReceipts(store::Transaction& tx,
                                       const Packet& packet,
                                       const Conclusion& conclusion,
                                       absl::Time now) {
  RETURN_IF_ERROR(CardRepository(tx).AddReceipts(packet.card_id, packet.job_id,
                                                 conclusion.receipts, now));
  for (const std::string& alarm : conclusion.alarms) {
    RETURN_IF_ERROR(JournalRepository(tx).Add(
        EntryFor(packet, now, "card.doubtful", alarm)));
  }
  return absl::OkStatus();
}

absl::Status Concluder::Record(store::Transaction& tx, const Packet& packet,
                               const Conclusion& conclusion, Ending& ending) {
  const absl::Time now = context_.clock.Now();
  RETURN_IF_ERROR(PacketRepository(tx).Conclude(packet.id));
  JournalRepository journal(tx);
  const bool forged = conclusion.outcome == Outcome::kForged;
  if (!conclusion.card_record.empty() && !forged) {
    CardRepository cards(tx);
    RETURN_IF_ERROR(cards.Saw(packet.card_id, packet.profile, now));
    RETURN_IF_ERROR(cards.SetContent(packet.card_id, conclusion.card_record,
                                     conclusion.content,
                                     conclusion.content_proven));
    RETURN_IF_ERROR(journal.Add(EntryFor(packet, now, "card.recorded",
                                         "The card's content was recorded")));
  }
  if (conclusion.outcome == Outcome::kWrongKeys) {
    RETURN_IF_ERROR(CardRepository(tx).Stop(packet.card_id, packet.profile,
                                            packet.at.agent, now));
    RETURN_IF_ERROR(journal.Add(
        EntryFor(packet, now, "card.stopped",
                 absl::StrCat("The card at ", packet.at.reader,
                              " did not show its keys; nothing was changed"))));
  }
  RETURN_IF_ERROR(RecordReceipts(tx, packet, conclusion, now));
  // A card that was to be changed stays in doubt.
  if (forged) {
    RETURN_IF_ERROR(journal.Add(
        EntryFor(packet, now, "answers.forged", conclusion.reason)));
  }
  JobRepository jobs(tx);
  if (ending.kind == ConcludedKind::kContinues) {
    const absl::Status waits =
        jobs.WaitAgain(packet.job_id, packet.id, ending.message, now);
    if (waits.ok()) return jobs.Claim(packet.job_id, packet.opening_id, now);
    if (!absl::IsFailedPrecondition(waits)) return waits;
    // Over, or taken back: there is nobody to go on for.
    ending = {ConcludedKind::kNotDone, true, kReadAgain};
    return absl::OkStatus();
  }
  const bool done = ending.kind == ConcludedKind::kDone;
  const absl::Status changed =
      ending.job_over
          ? jobs.Finish(packet.job_id, std::nullopt,
                        {done ? JobState::kDone : JobState::kFailed,
                         ending.message, conclusion.facts},
                        now)
          : jobs.WaitAgain(packet.job_id, packet.id, ending.message, now);
  if (ending.no_round && changed.ok()) {
    return jobs.TakeBackRound(packet.job_id);
  }
  // A late report may find its job over, or with another packet; what it said
  // of the card is kept.
  return absl::IsFailedPrecondition(changed) ? absl::OkStatus() : changed;
}

absl::StatusOr<GiveVerdict> Concluder::VerdictOf(const std::string& packet_id) {
  return context_.database.Read([&](store::Transaction& tx)
                                    -> absl::StatusOr<GiveVerdict> {
    ASSIGN_OR_RETURN(const Packet packet, PacketRepository(tx).Get(packet_id));
    ASSIGN_OR_RETURN(const Job job, JobRepository(tx).Get(packet.job_id));
    // While the job goes on its opening is not over: the card may be held
    // for the next packet.
    return GiveVerdict{IsOver(job.state) ? packet.opening_id : "", packet_id,
                       job.state == JobState::kDone, job.message};
  });
}

absl::Status Concluder::Lose(const std::string& packet_id,
                             const std::string& why) {
  const absl::Time now = context_.clock.Now();
  ASSIGN_OR_RETURN(
      const Packet packet,
      context_.database.Write(
          [&](store::Transaction& tx) -> absl::StatusOr<Packet> {
            ASSIGN_OR_RETURN(Packet lost, PacketRepository(tx).Get(packet_id));
            const absl::Status waits =
                JobRepository(tx).WaitAgain(lost.job_id, packet_id, why, now);
            // Over, or gone on with another packet: nothing was lost.
            if (absl::IsFailedPrecondition(waits)) return lost;
            RETURN_IF_ERROR(waits);
            RETURN_IF_ERROR(JournalRepository(tx).Add(
                EntryFor(lost, now, "packet.lost", why)));
            return lost;
          }));
  context_.board.Changed(packet.job_id);
  JobTarget target;
  target.card_id = packet.card_id;
  context_.job_waits(target, {});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Concluder::Unconcluded() {
  return context_.database.Read([&](store::Transaction& tx) {
    return PacketRepository(tx).Unconcluded(at_);
  });
}

}  // namespace cardferry::orchestrator
