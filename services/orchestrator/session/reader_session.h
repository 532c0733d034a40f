#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_READER_SESSION_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_READER_SESSION_H_

#include <deque>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "services/orchestrator/session/agent_link.h"
#include "services/orchestrator/session/concluder.h"
#include "services/orchestrator/session/opening_desk.h"
#include "services/orchestrator/session/preparer.h"
#include "services/orchestrator/session/reader_machine.h"
#include "services/orchestrator/session/session_context.h"

namespace cardferry::orchestrator {

// An answer to an opening, as it came.
struct AnswerMessage {
  std::string opening_id;
  OpeningAnswer answer;
  absl::Time received_at;
};

// One reader of one connection: does what the state machine says. Its calls
// wait (sequencer, database); one after the other, on one strand.
class ReaderSession {
 public:
  // Has `event` handled after `delay`, on the same strand.
  using Later = std::function<void(absl::Duration delay, ReaderEvent event)>;

  // A packet whose report does not come for so long is lost.
  static constexpr absl::Duration kReportPatience = absl::Minutes(10);

  // `context` and `link` outlive it.
  ReaderSession(ReaderAddress at, const SessionContext& context,
                AgentLink& link, Later later);

  // The events that carry nothing more than the state machine wants.
  void Handle(ReaderEvent event);
  void OnAnswer(AnswerMessage message);
  void OnReport(const PacketReport& report);

  const ReaderState& state() const { return state_; }

 private:
  void Perform(const ReaderAction& action);

  void Do(const MakeOpening& action);
  void Do(const OfferChallenge& action);
  void Do(const struct Prepare& action);
  void Do(const struct Continue& action);
  void Do(const struct Conclude& action);
  void Do(const ShowProgress& action);
  void Do(const SendVerdict& action);
  void Do(const RepeatVerdict& action);
  void Do(const LosePacket& action);
  void Do(const Retry& action);
  void Do(const LookAgain& action);
  void Do(const Refuse& action);
  void Do(const CloseStream& action);

  const ReaderAddress at_;
  const SessionContext& context_;
  AgentLink& link_;
  const Later later_;
  OpeningDesk desk_;
  Preparer preparer_;
  Concluder concluder_;
  ReaderState state_;
  std::deque<ReaderEvent> events_;
  bool handling_ = false;
  AnswerMessage answer_;  // the one that is being prepared
  std::string job_id_;    // of the packet that runs
  Bytes continuation_;    // of the session that goes on
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_READER_SESSION_H_
