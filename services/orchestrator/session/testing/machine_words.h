#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_MACHINE_WORDS_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_MACHINE_WORDS_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/orchestrator/session/reader_machine.h"

namespace cardferry::orchestrator {

inline std::string Word(Phase phase) {
  switch (phase) {
    case Phase::kIdle:
      return "idle";
    case Phase::kOpening:
      return "opening";
    case Phase::kOffered:
      return "offered";
    case Phase::kPreparing:
      return "preparing";
    case Phase::kRunning:
      return "running";
    case Phase::kConcluding:
      return "concluding";
  }
  return "?";
}

// An action as one short word.
struct Words {
  std::string operator()(const MakeOpening& a) {
    return a.may_ask_challenge ? "open" : "open(quiet)";
  }
  std::string operator()(const OfferChallenge& a) {
    return "challenge:" + a.opening_id;
  }
  std::string operator()(const Prepare& a) { return "prepare:" + a.opening_id; }
  std::string operator()(const Continue& a) {
    return "continue:" + a.packet_id;
  }
  std::string operator()(const Conclude& a) {
    return "conclude:" + a.packet_id;
  }
  std::string operator()(const ShowProgress& a) {
    return absl::StrCat("show:", a.done);
  }
  std::string operator()(const SendVerdict& a) {
    return absl::StrCat(a.ok ? "ok:" : "no:", a.opening_id,
                        a.packet_id.empty() ? "" : "/", a.packet_id);
  }
  std::string operator()(const RepeatVerdict& a) {
    return "repeat:" + a.packet_id;
  }
  std::string operator()(const LosePacket& a) {
    switch (a.reason) {
      case LossReason::kConnection:
        return "lose:" + a.packet_id;
      case LossReason::kCardAnswered:
        return "lose(answered):" + a.packet_id;
      case LossReason::kOverdue:
        return "lose(overdue):" + a.packet_id;
      case LossReason::kUnconcluded:
        return "lose(unconcluded):" + a.packet_id;
    }
    return "lose?";
  }
  std::string operator()(const Retry& a) {
    return absl::StrCat("retry:", absl::ToInt64Milliseconds(a.after));
  }
  std::string operator()(const LookAgain& a) {
    return absl::StrCat("look:", absl::ToInt64Seconds(a.after));
  }
  std::string operator()(const Refuse& a) { return "refuse:" + a.kind; }
  std::string operator()(const CloseStream&) { return "close"; }
};

// A transition as its new phase and its actions, in words.
inline std::string Describe(const ReaderTransition& transition) {
  std::vector<std::string> words = {Word(transition.next.phase)};
  for (const ReaderAction& action : transition.actions) {
    words.push_back(std::visit(Words(), action));
  }
  return absl::StrJoin(words, " ");
}

// A reader in the middle of things: o1 is offered or answered, p1 runs.
inline ReaderState In(Phase phase) {
  ReaderState state;
  state.phase = phase;
  state.card_present = true;
  state.retry_token = 7;
  if (phase != Phase::kIdle) state.opening_id = "o1";
  if (phase == Phase::kRunning || phase == Phase::kConcluding) {
    state.packet_id = "p1";
    state.done = 2;
    state.total = 10;
  }
  return state;
}

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_MACHINE_WORDS_H_
