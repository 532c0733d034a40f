#include "agent/reader_session.h"

#include <utility>

namespace cardferry::agent {
namespace {

using card::RunEnd;
using card::Transcript;

bool HoldsCard(Phase phase) {
  return phase != Phase::kNoCard && phase != Phase::kPresent;
}

// One step under way: the state being changed and the actions gathered.
class Stepper {
 public:
  explicit Stepper(ReaderState state) : state_(std::move(state)) {}

  Transition Done() && { return {std::move(state_), std::move(actions_)}; }

  void operator()(const CardArrived&) {
    // PC/SC may show a swap as a second arrival without a removal.
    if (state_.card_present) LoseCard();
    state_.card_present = true;
    state_.identified = false;
    state_.phase = Phase::kPresent;
    RunOpeningIfDue();
  }

  void operator()(const CardRemoved&) {
    LoseCard();
    state_.card_present = false;
    state_.phase = Phase::kNoCard;
  }

  void operator()(const OpeningReceived& event) {
    state_.opening = event.opening;
    RunOpeningIfDue();
  }

  void operator()(const ChallengeRequested& event) {
    if (!state_.opening || state_.opening->id != event.opening_id) return;
    state_.opening->run_challenge = true;
    RunOpeningIfDue();
  }

  void operator()(const OpeningRan& event) {
    if (state_.phase != Phase::kOpening) return;
    actions_.push_back(
        SendAnswer{state_.running_opening, event.identify, event.challenge});
    if (event.challenge) {
      state_.phase = Phase::kAwaitingPacket;
      return;
    }
    // Answered is used: a job that arrives now comes with the next opening.
    // Were this one run again, both would be answered.
    if (state_.opening && state_.opening->id == state_.running_opening) {
      state_.opening.reset();
    }
    Release();
    RunOpeningIfDue();
  }

  void operator()(const PartReceived& event) {
    const PacketPart& part = event.part;
    // What this card has been sent it is not sent again.
    const bool first = state_.phase == Phase::kAwaitingPacket &&
                       part.packet_id != state_.packet_id;
    const bool next = state_.phase == Phase::kAwaitingPart &&
                      part.packet_id == state_.packet_id;
    if (part.opening_id != state_.running_opening || !(first || next)) {
      RefusePart(part);
      return;
    }
    if (first) {
      state_.packet_id = part.packet_id;
      state_.transcript = Transcript();
    }
    state_.phase = Phase::kRunningPart;
    state_.last_part = part.last;
    state_.asks_server = part.last && part.asks_server;
    actions_.push_back(RunPart{part, state_.transcript.answers.size()});
  }

  void operator()(const PartRan& event) {
    if (state_.phase != Phase::kRunningPart) return;
    std::vector<card::ResponseApdu>& answers = state_.transcript.answers;
    answers.insert(answers.end(), event.transcript.answers.begin(),
                   event.transcript.answers.end());
    state_.transcript.end = event.transcript.end;
    if (state_.transcript.end == RunEnd::kNotStarted && !answers.empty()) {
      state_.transcript.end = RunEnd::kUnknown;  // an earlier part did start
    }
    if (state_.transcript.end == RunEnd::kDone && !state_.last_part) {
      state_.phase = Phase::kAwaitingPart;
      return;
    }
    Report();
    if (state_.transcript.end == RunEnd::kDone && state_.asks_server) {
      state_.phase = Phase::kAwaitingPacket;
      return;
    }
    // The card's session is over: whoever waits for the reader may have it.
    actions_.push_back(ReleaseCard{});
    state_.phase = Phase::kAwaitingVerdict;
  }

  void operator()(const VerdictReceived& event) {
    const std::string& id = event.verdict.opening_id;
    const bool ours = !id.empty() && id == state_.running_opening;
    const bool of_our_packet = !event.verdict.packet_id.empty() &&
                               event.verdict.packet_id == state_.packet_id;
    // That a report has come is nothing to tell while the card is held.
    if (!ours && state_.phase == Phase::kAwaitingPacket) return;
    if (ours || of_our_packet) actions_.push_back(ShowVerdict{event.verdict});
    const bool awaited =
        of_our_packet && state_.phase == Phase::kAwaitingVerdict;
    if (!(ours || awaited) || !HoldsCard(state_.phase)) return;
    if (state_.phase == Phase::kRunningPart) return;  // not to be torn
    Release();
    RunOpeningIfDue();
  }

  void operator()(const Connected&) {}

  // The store's and the worker's business.
  void operator()(const StoreRequested&) {}
  void operator()(const ForgetRequested&) {}
  void operator()(const StoredArrived&) {}

  void operator()(const Disconnected&) {
    state_.opening.reset();
    switch (state_.phase) {
      case Phase::kAwaitingPacket:
        Release();
        break;
      case Phase::kAwaitingPart:
        ReportCutShort();
        Release();
        break;
      default:
        break;
    }
    state_.identified = false;
  }

  void operator()(const WaitExpired&) {
    if (state_.phase == Phase::kAwaitingPart) ReportCutShort();
    if (state_.phase == Phase::kAwaitingPart ||
        state_.phase == Phase::kAwaitingPacket ||
        state_.phase == Phase::kAwaitingVerdict) {
      Release();
      RunOpeningIfDue();
    }
  }

 private:
  void RunOpeningIfDue() {
    if (state_.phase != Phase::kPresent || !state_.opening) return;
    const bool with_challenge = state_.opening->run_challenge;
    if (!with_challenge && state_.identified) return;
    state_.running_opening = state_.opening->id;
    state_.phase = Phase::kOpening;
    state_.identified = true;
    actions_.push_back(RunOpening{*state_.opening, with_challenge});
    if (with_challenge) state_.opening.reset();  // its challenge is used up
  }

  // The card that was held is not there any more.
  void LoseCard() {
    if (state_.phase == Phase::kAwaitingPart) ReportCutShort();
    if (HoldsCard(state_.phase)) actions_.push_back(ReleaseCard{});
    state_.running_opening.clear();
  }

  void Release() {
    actions_.push_back(ReleaseCard{});
    state_.running_opening.clear();
    state_.phase = Phase::kPresent;
  }

  void Report() {
    actions_.push_back(SendReport{state_.packet_id, state_.transcript});
  }

  // Parts are missing: the card holds an unfinished load.
  void ReportCutShort() {
    state_.transcript.end = RunEnd::kUnknown;
    Report();
  }

  // A packet for a card that is not held (gone, or another one by now).
  void RefusePart(const PacketPart& part) {
    if (!part.last || part.packet_id == state_.packet_id) return;
    Transcript nothing;
    nothing.end = RunEnd::kNotStarted;
    actions_.push_back(SendReport{part.packet_id, nothing});
  }

  ReaderState state_;
  std::vector<Action> actions_;
};

}  // namespace

Transition Step(ReaderState state, const Event& event) {
  Stepper stepper(std::move(state));
  std::visit(stepper, event);
  return std::move(stepper).Done();
}

}  // namespace cardferry::agent
