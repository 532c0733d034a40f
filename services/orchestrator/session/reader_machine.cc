#include "services/orchestrator/session/reader_machine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kReadAgain[] = "The card is read again. Leave it in the reader.";
constexpr char kNotUnderstoodNow[] =
    "What the card did cannot be found out now. Nothing is lost: insert the "
    "card again later.";
constexpr char kInsertAgain[] =
    "The card's answer could not be used. Take the card out and insert it "
    "again.";

// One step: takes the state, collects the actions.
class Stepper {
 public:
  explicit Stepper(ReaderState state) : s_(std::move(state)) {}

  void operator()(const Started& e);
  void operator()(const CardSeen& e);
  void operator()(const JobArrived&);
  void operator()(const OpeningMade& e);
  void operator()(const OpeningFailed&);
  void operator()(const ChallengeOffered&);
  void operator()(const OpeningDue& e);
  void operator()(const RetryDue& e);
  void operator()(const Answered& e);
  void operator()(const Packed& e);
  void operator()(const NotPacked& e);
  void operator()(const Progressed& e);
  void operator()(const Reported& e);
  void operator()(const ReportOverdue& e);
  void operator()(const Concluded& e);
  void operator()(const Disconnected&);

  ReaderTransition Finish() { return {std::move(s_), std::move(actions_)}; }

 private:
  bool Busy() const {
    return s_.phase == Phase::kPreparing || s_.phase == Phase::kRunning ||
           s_.phase == Phase::kConcluding;
  }
  void Do(ReaderAction action) { actions_.push_back(std::move(action)); }
  void NextOpening();
  void OfferChallengeIfUnasked();
  void TakeFreshAnswer(const std::string& opening_id);
  void Again(const std::string& opening_id, absl::string_view message);
  void RefuseAnswer(const Answered& e, absl::string_view kind,
                    absl::string_view text);
  void RefuseThat(absl::string_view kind, std::string text);
  void TryLater();

  ReaderState s_;
  std::vector<ReaderAction> actions_;
};

// Whatever was under way is over: the agent gets its next opening.
void Stepper::NextOpening() {
  s_.phase = Phase::kOpening;
  s_.packet_id.clear();
  s_.job_arrived = false;
  Do(MakeOpening{!s_.settled});
}

void Stepper::OfferChallengeIfUnasked() {
  if (s_.phase == Phase::kOffered && !s_.challenge_asked) {
    Do(OfferChallenge{s_.opening_id});
  }
}

void Stepper::TryLater() {
  ++s_.attempts;
  Do(Retry{Backoff(s_.attempts), ++s_.retry_token});
}

// A round came to nothing, through nobody's fault: a new opening at once, but
// not for ever.
void Stepper::Again(const std::string& opening_id, absl::string_view message) {
  const bool tired = ++s_.repeats > kMaxRepeats;
  if (tired) {
    s_.settled = true;
    RefuseThat("opening.repeated", "Round after round came to nothing");
  }
  // No packet is named: the agent would forget its report, which may come yet.
  Do(SendVerdict{opening_id, "", false,
                 tired ? std::string(message) : kReadAgain});
  NextOpening();
}

void Stepper::RefuseThat(absl::string_view kind, std::string text) {
  Do(Refuse{std::string(kind), std::move(text)});
  if (++s_.refusals == kMaxRefusals) Do(CloseStream{});
}

void Stepper::operator()(const Started& e) {
  s_ = ReaderState{};
  s_.card_present = e.card_present;
  NextOpening();
}

void Stepper::operator()(const CardSeen& e) {
  s_.card_present = e.present;
  if (e.present) return;
  s_.repeats = 0;
  if (!s_.settled) return;
  s_.settled = false;
  OfferChallengeIfUnasked();
}

void Stepper::operator()(const JobArrived&) {
  s_.settled = false;
  s_.repeats = 0;
  s_.job_arrived = true;
  OfferChallengeIfUnasked();
}

void Stepper::operator()(const OpeningMade& e) {
  if (s_.phase != Phase::kOpening) return;
  s_.phase = Phase::kOffered;
  s_.opening_id = e.opening_id;
  s_.challenge_asked = e.with_challenge;
  s_.attempts = 0;
  if (s_.job_arrived) OfferChallengeIfUnasked();
}

void Stepper::operator()(const OpeningFailed&) {
  if (s_.phase != Phase::kOpening) return;
  s_.phase = Phase::kIdle;
  s_.opening_id.clear();
  TryLater();
}

void Stepper::operator()(const ChallengeOffered&) {
  if (s_.phase == Phase::kOffered) s_.challenge_asked = true;
}

void Stepper::operator()(const OpeningDue& e) {
  if (s_.phase != Phase::kOffered || e.opening_id != s_.opening_id) return;
  NextOpening();
}

void Stepper::operator()(const RetryDue& e) {
  if (e.token != s_.retry_token) return;
  if (s_.phase == Phase::kIdle) NextOpening();
  if (s_.phase == Phase::kPreparing) Do(Prepare{s_.opening_id});
  if (s_.phase == Phase::kConcluding) Do(Conclude{s_.packet_id});
}

void Stepper::TakeFreshAnswer(const std::string& opening_id) {
  if (s_.phase == Phase::kConcluding) {
    // Its turn comes with the next opening.
    Do(SendVerdict{opening_id, "", false, kInsertAgain});
    return;
  }
  // The agent has given up the card that it was running a packet on.
  if (s_.phase == Phase::kRunning) {
    Do(LosePacket{s_.packet_id, LossReason::kCardAnswered});
  }
  s_.phase = Phase::kPreparing;
  s_.opening_id = opening_id;
  s_.packet_id.clear();
  s_.job_arrived = false;
  s_.attempts = 0;
  Do(Prepare{opening_id});
}

void Stepper::RefuseAnswer(const Answered& e, absl::string_view kind,
                           absl::string_view text) {
  RefuseThat(kind, absl::StrCat(text, " (", e.opening_id, ")"));
  Do(SendVerdict{e.opening_id, "", false, kInsertAgain});
}

void Stepper::operator()(const Answered& e) {
  switch (e.check) {
    case AnswerCheck::kFresh:
      TakeFreshAnswer(e.opening_id);
      return;
    case AnswerCheck::kSame:
      // While busy with it there is nothing to add. Later the packet that
      // went out for it is lost, and its opening is of no more use.
      if (!Busy()) Again(e.opening_id, kInsertAgain);
      return;
    case AnswerCheck::kExpired:
      if (Busy()) {
        Do(SendVerdict{e.opening_id, "", false, kInsertAgain});
      } else {
        Again(e.opening_id, kInsertAgain);
      }
      return;
    case AnswerCheck::kUsed:
      RefuseAnswer(e, "opening.used_twice",
                   "A second, different answer to an opening was refused");
      return;
    case AnswerCheck::kForeign:
      RefuseAnswer(e, "opening.foreign",
                   "An answer to another reader's opening was refused");
      return;
    case AnswerCheck::kUnknown:
      RefuseAnswer(e, "opening.unknown",
                   "An answer to an opening that is not known was refused");
      return;
  }
}

void Stepper::operator()(const Packed& e) {
  if (s_.phase != Phase::kPreparing) return;
  s_.phase = Phase::kRunning;
  s_.packet_id = e.packet_id;
  s_.done = 0;
  s_.total = e.total;
  s_.attempts = 0;
}

void Stepper::operator()(const NotPacked& e) {
  if (s_.phase != Phase::kPreparing) return;
  switch (e.kind) {
    case NotPackedKind::kIdentified:
      Do(SendVerdict{s_.opening_id, "", true, e.message});
      NextOpening();
      return;
    case NotPackedKind::kNothing:
    case NotPackedKind::kRefused: {
      const bool ok = e.kind == NotPackedKind::kNothing;
      // Jobs are finite: rounds that each end one, or pass it over, are, too.
      s_.settled = !s_.job_arrived && !e.next_job;
      s_.repeats = 0;
      Do(SendVerdict{s_.opening_id, "", ok, e.message});
      NextOpening();
      return;
    }
    case NotPackedKind::kNeedsChallenge:
    case NotPackedKind::kAgain:
      Again(s_.opening_id, e.message.empty() ? kInsertAgain : e.message);
      return;
    case NotPackedKind::kUnavailable:
      if (s_.attempts >= kMaxPrepareAttempts) {
        Do(SendVerdict{s_.opening_id, "", false, e.message});
        s_.phase = Phase::kIdle;
      }
      TryLater();
      return;
  }
}

void Stepper::operator()(const Progressed& e) {
  const bool current =
      s_.phase == Phase::kRunning && e.packet_id == s_.packet_id;
  // A packet of this agent's that was sent before the connection or the service
  // went away: it goes on with it, and its report will count.
  if (!current) return;
  if (e.total != s_.total || e.done > e.total || e.done < s_.done ||
      e.label.size() > kMaxLabelBytes) {
    RefuseThat("progress.out_of_range",
               absl::StrCat("Progress ", e.done, " of ", e.total, " after ",
                            s_.done, " of ", s_.total));
  } else {
    s_.done = e.done;
    Do(ShowProgress{e.packet_id, e.done, e.label});
  }
}

void Stepper::operator()(const Reported& e) {
  switch (e.check) {
    case ReportCheck::kAccepted:
      if (s_.phase == Phase::kRunning && e.packet_id == s_.packet_id) {
        s_.phase = Phase::kConcluding;
        s_.attempts = 0;
      }
      Do(Conclude{e.packet_id});
      return;
    case ReportCheck::kRepeated:
      Do(RepeatVerdict{e.packet_id});
      return;
    case ReportCheck::kAbandoned:
      RefuseThat("report.late", "A report came after the card was asked anew");
      Do(SendVerdict{"", e.packet_id, false,
                     "The report came too late; the card is read again."});
      return;
    case ReportCheck::kForeign:
      RefuseThat("report.foreign", "A report of another reader's packet");
      Do(SendVerdict{"", e.packet_id, false, "This packet is not known."});
      return;
    case ReportCheck::kUnknown:
      RefuseThat("report.unknown", "A report of a packet that is not known");
      Do(SendVerdict{"", e.packet_id, false, "This packet is not known."});
      return;
  }
}

void Stepper::operator()(const ReportOverdue& e) {
  if (s_.phase != Phase::kRunning || e.packet_id != s_.packet_id) return;
  Do(LosePacket{e.packet_id, LossReason::kOverdue});
  Again(s_.opening_id, kInsertAgain);
}

void Stepper::operator()(const Concluded& e) {
  const bool current =
      s_.phase == Phase::kConcluding && e.packet_id == s_.packet_id;
  if (e.kind == ConcludedKind::kUnavailable) {
    // A late report that cannot be concluded now is taken up by the sweep, and
    // so is this one in the end: the reader is for other cards too.
    if (!current) return;
    if (s_.attempts < kMaxConcludeAttempts) return TryLater();
    Do(LosePacket{e.packet_id, LossReason::kUnconcluded});
    Do(SendVerdict{s_.opening_id, e.packet_id, false, kNotUnderstoodNow});
    s_.attempts = 0;
    s_.settled = !s_.job_arrived;
    NextOpening();
    return;
  }
  if (e.kind == ConcludedKind::kContinues) {
    if (!current) return;
    // Only that the report has come: the card is held.
    Do(SendVerdict{"", e.packet_id, true, e.message});
    s_.phase = Phase::kPreparing;
    s_.opening_id = e.opening_id;
    s_.packet_id.clear();
    s_.attempts = 0;
    Do(Continue{e.packet_id});
    return;
  }
  const bool ok = e.kind == ConcludedKind::kDone;
  Do(SendVerdict{e.opening_id, e.packet_id, ok, e.message});
  if (ok) s_.repeats = s_.refusals = 0;
  if (e.kind == ConcludedKind::kNoRoom) {
    Do(LookAgain{kRoomPause});
    // Every packet now would be refused like this one.
    if (current) s_.settled = true;
  }
  if (current) {
    NextOpening();
  } else {
    OfferChallengeIfUnasked();
  }
}

void Stepper::operator()(const Disconnected&) {
  // A report that could not be concluded is kept, and taken up when the agent
  // is back; until then its job must not look as if it ran.
  if (s_.phase == Phase::kRunning || s_.phase == Phase::kConcluding) {
    Do(LosePacket{s_.packet_id, LossReason::kConnection});
  }
  s_ = ReaderState{};
}

}  // namespace

absl::Duration Backoff(int failures) {
  const int doublings = std::clamp(failures - 1, 0, 8);
  return std::min(absl::Milliseconds(200) * (1 << doublings),
                  absl::Seconds(30));
}

ReaderTransition Step(ReaderState state, const ReaderEvent& event) {
  Stepper stepper(std::move(state));
  std::visit(stepper, event);
  return stepper.Finish();
}

}  // namespace cardferry::orchestrator
