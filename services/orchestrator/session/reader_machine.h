#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_READER_MACHINE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_READER_MACHINE_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "services/orchestrator/model/opening.h"
#include "services/orchestrator/model/packet.h"

namespace cardferry::orchestrator {

// What one reader of a connected agent goes through, as a pure state machine:
// Step() decides, ReaderSession acts and comes back with the next event.
//
//   idle -> opening -> offered -> preparing -> running -> concluding
//     ^        ^                      |                       |
//     +--------+----------------------+-----------------------+

enum class Phase {
  kIdle,        // the agent holds no opening; a retry is pending
  kOpening,     // the sequencer makes one
  kOffered,     // the agent holds an unused one
  kPreparing,   // a card has answered: who is it, what is there to do?
  kRunning,     // the agent has a packet
  kConcluding,  // its report is here: what does it mean?
};

struct ReaderState {
  Phase phase = Phase::kIdle;
  bool card_present = false;
  // The card that lies there has been served: ask nothing of it until it goes
  // or a job arrives. Without this one idle card would be asked for ever.
  bool settled = false;
  bool job_arrived = false;  // since the phase began
  std::string opening_id;    // offered or answered
  bool challenge_asked = false;
  std::string packet_id;
  uint32_t done = 0;
  uint32_t total = 0;
  int attempts = 0;  // at the sequencer, in a row
  int repeats = 0;   // rounds that came to nothing, in a row
  int refusals = 0;  // things the agent may not say
  int retry_token = 0;
};

// --- What happens. ---

struct Started {
  bool card_present = false;
};
struct CardSeen {
  bool present = false;
};
struct JobArrived {};  // for this reader, perhaps
struct OpeningMade {
  std::string opening_id;
  bool with_challenge = false;
};
struct OpeningFailed {};
struct ChallengeOffered {};  // OfferChallenge has found a job and was sent
struct OpeningDue {          // it expires soon
  std::string opening_id;
};
struct RetryDue {
  int token = 0;
};
struct Answered {
  std::string opening_id;
  AnswerCheck check = AnswerCheck::kUnknown;
};
struct Packed {  // the packet's last part is on its way
  std::string packet_id;
  std::string job_id;
  uint32_t total = 0;
};
enum class NotPackedKind {
  kIdentified,      // the challenge half was not run, nothing waits
  kNeedsChallenge,  // the challenge half was not run, and a job waits
  kNothing,         // nothing waits for this card, or it has all it should
  kRefused,         // this card cannot be worked on; its job has failed
  kAgain,           // the opening was of no use, or the packet broke off
  kUnavailable,     // the sequencer is; the job waits on
};
struct NotPacked {
  NotPackedKind kind = NotPackedKind::kNothing;
  std::string message;
  bool next_job = false;  // another one at this reader may be for this card
};
struct Progressed {
  std::string packet_id;
  uint32_t done = 0;
  uint32_t total = 0;
  std::string label;
};
struct Reported {
  std::string packet_id;
  ReportCheck check = ReportCheck::kUnknown;
};
struct ReportOverdue {
  std::string packet_id;
};
enum class ConcludedKind {
  kDone,
  kNotDone,      // the job has failed, or waits for another round
  kNoRoom,       // the job waits until the agent has room for a packet
  kContinues,    // the card is held for the next packet of its session
  kUnavailable,  // the sequencer is; the report is kept
};
struct Concluded {
  std::string packet_id;
  std::string opening_id;
  ConcludedKind kind = ConcludedKind::kDone;
  std::string message;
  Bytes continuation = {};  // opaque; of kContinues only
};
struct Disconnected {};

using ReaderEvent =
    std::variant<Started, CardSeen, JobArrived, OpeningMade, OpeningFailed,
                 ChallengeOffered, OpeningDue, RetryDue, Answered, Packed,
                 NotPacked, Progressed, Reported, ReportOverdue, Concluded,
                 Disconnected>;

// --- What is to be done. ---

// Ends in OpeningMade or OpeningFailed. The challenge is asked for when a job
// waits and `may_ask_challenge`.
struct MakeOpening {
  bool may_ask_challenge = true;
};
// Ask for the challenge half of an opening that is out, if a job waits.
struct OfferChallenge {
  std::string opening_id;
};
// Ends in Packed or NotPacked.
struct Prepare {
  std::string opening_id;
};
// The next packet of a session that goes on. Ends in Packed or NotPacked.
struct Continue {
  std::string packet_id;  // the one before
};
// Ends in Concluded.
struct Conclude {
  std::string packet_id;
};
struct ShowProgress {
  std::string packet_id;
  uint32_t done = 0;
  std::string label;
};
struct SendVerdict {
  std::string opening_id;
  std::string packet_id;
  bool ok = false;
  std::string message;
};
// The report was concluded before, and the agent does not know.
struct RepeatVerdict {
  std::string packet_id;
};
// Nobody knows what the card did: its job waits for it again.
enum class LossReason {
  kConnection,    // it was lost
  kCardAnswered,  // the agent has given up the card that it was running on
  kOverdue,       // no report came in time
  kUnconcluded,   // the report is here, and nobody can say what it means
};
struct LosePacket {
  std::string packet_id;
  LossReason reason = LossReason::kConnection;
};
// Ends in RetryDue with this token.
struct Retry {
  absl::Duration after;
  int token = 0;
};
// Ends in JobArrived: the jobs that wait are looked for again.
struct LookAgain {
  absl::Duration after;
};
// For the journal of events: the agent said what it may not.
struct Refuse {
  std::string kind;
  std::string text;
};
// This agent has said too much of that.
struct CloseStream {};

using ReaderAction =
    std::variant<MakeOpening, OfferChallenge, Prepare, Continue, Conclude,
                 ShowProgress, SendVerdict, RepeatVerdict, LosePacket, Retry,
                 LookAgain, Refuse, CloseStream>;

struct ReaderTransition {
  ReaderState next;
  std::vector<ReaderAction> actions;  // in this order
};

inline constexpr int kMaxPrepareAttempts = 5;
inline constexpr int kMaxConcludeAttempts = 12;  // about three minutes
inline constexpr int kMaxRepeats = 3;
// How often an agent that had no room is given a packet again.
inline constexpr absl::Duration kRoomPause = absl::Minutes(1);
inline constexpr int kMaxRefusals = 16;
inline constexpr size_t kMaxLabelBytes = 64;

// Total: every event is legal in every state; one that no longer matters
// changes nothing.
ReaderTransition Step(ReaderState state, const ReaderEvent& event);

// How long to wait after the n-th failure in a row (n >= 1): doubling from
// 200 ms, never more than 30 s.
absl::Duration Backoff(int failures);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_READER_MACHINE_H_
