#include "agent/guarded_card.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace cardferry::agent {
namespace {

using SteadyClock = std::chrono::steady_clock;

// The waiting thread looks so often whether a call is overdue.
constexpr absl::Duration kLookAgain = absl::Seconds(1);
// For letting go of the card: what is not done by then is left to the card
// thread.
constexpr absl::Duration kClosingPatience = absl::Seconds(2);

absl::Status GivenUp() {
  return absl::DeadlineExceededError(
      "the card has not answered in time and was given up; take it out of the "
      "reader");
}

absl::Status Cancelled() { return absl::CancelledError("the agent stops"); }

// A run, owned by both sides: one that was given up goes on alone.
struct RunUnderWay {
  card::Script script;
  GuardedCard::OnAnswer on_answer;
  absl::Duration patience;
  size_t next = 0;
  CardRun run;
};

// Sends one command. Touches `state` only while somebody waits for it.
absl::StatusOr<card::ResponseApdu> Send(const card::CommandApdu& command,
                                        CardConnection& card, CallGuard& guard,
                                        RunUnderWay& state) {
  const card::ScriptCommand& step = state.script[state.next++];
  const absl::Duration patience =
      std::max(state.patience, absl::Seconds(step.slow_seconds));
  if (!guard.Begin(patience)) return state.run.trouble = Cancelled();
  const SteadyClock::time_point start = SteadyClock::now();
  absl::StatusOr<card::ResponseApdu> answer = card.Transmit(command);
  const SteadyClock::duration took = SteadyClock::now() - start;
  if (!guard.End()) return GivenUp();
  CardRun& run = state.run;
  ++run.exchanges;
  run.bytes += command.Encode().size();
  run.card_time += absl::FromChrono(took);
  if (!answer.ok()) {
    run.trouble = answer.status();
  } else {
    run.bytes += answer->data.size() + 2;
    run.transcript.answers.push_back(*answer);
  }
  return answer;
}

bool CanCarry(const card::Script& script, const CardConnection& card) {
  return card.TakesExtendedLength() ||
         std::none_of(script.begin(), script.end(),
                      [](const card::ScriptCommand& step) {
                        return step.command.IsExtended();
                      });
}

CardRun NotStarted(absl::Status why) {
  CardRun run;
  run.transcript.end = card::RunEnd::kNotStarted;
  run.trouble = std::move(why);
  return run;
}

}  // namespace

struct GuardedCard::Connection {
  std::unique_ptr<CardConnection> card;
  absl::Status status;  // of connecting
};

GuardedCard::GuardedCard(std::shared_ptr<CardSlot> slot,
                         absl::Duration patience)
    : slot_(std::move(slot)), patience_(patience) {}

GuardedCard::~GuardedCard() { Release(); }

std::shared_ptr<CardThread> GuardedCard::thread() const {
  absl::MutexLock lock(&mutex_);
  return thread_;
}

// The thread has nothing to do any more: it ends at once.
void GuardedCard::EndThread() {
  std::shared_ptr<CardThread> thread;
  absl::MutexLock lock(&mutex_);
  thread.swap(thread_);
}

bool GuardedCard::connected() const { return connection_ != nullptr; }

bool GuardedCard::Do(CardThread::Work work) {
  if (thread()->Do(std::move(work))) return true;
  connection_ = nullptr;
  absl::MutexLock lock(&mutex_);
  stuck_ = std::exchange(thread_, nullptr);
  return false;
}

absl::Status GuardedCard::Connect() {
  Release();
  if (IsStuck()) return GivenUp();
  auto thread = std::make_shared<CardThread>(std::min(patience_, kLookAgain));
  {
    absl::MutexLock lock(&mutex_);
    if (cut_short_) return Cancelled();
    thread_.swap(thread);
  }
  const auto connection = std::make_shared<Connection>();
  const bool done =
      Do([slot = slot_, patience = patience_, connection](CallGuard& guard) {
        if (!guard.Begin(patience)) {
          connection->status = Cancelled();
          return;
        }
        absl::StatusOr<std::unique_ptr<CardConnection>> card = slot->Connect();
        if (!guard.End()) return;  // nobody waits: `card` ends here
        connection->status = card.status();
        if (card.ok()) connection->card = *std::move(card);
      });
  if (!done) return GivenUp();
  if (connection->status.ok()) {
    connection_ = connection;
  } else {
    EndThread();
  }
  return connection->status;
}

CardRun GuardedCard::Run(const card::Script& script,
                         const OnAnswer& on_answer) {
  if (!connected()) {
    return NotStarted(absl::FailedPreconditionError("no card is connected"));
  }
  if (!CanCarry(script, *connection_->card)) {
    return NotStarted(absl::FailedPreconditionError(
        "a command is of extended length, which neither T=0 nor this reader "
        "can carry"));
  }
  const auto state = std::make_shared<RunUnderWay>();
  state->script = script;
  state->on_answer = on_answer;
  state->patience = patience_;
  const bool done = Do([state, connection = connection_](CallGuard& guard) {
    card::Transcript transcript = card::RunScript(
        state->script,
        [&](const card::CommandApdu& command) {
          return Send(command, *connection->card, guard, *state);
        },
        [&state](size_t index) {
          state->on_answer(index, state->run.transcript.answers[index]);
        });
    if (guard.given_up()) {
      connection->card = nullptr;
    } else {
      state->run.transcript = std::move(transcript);
    }
  });
  // What was given up is not touched any more by the other side.
  CardRun run = std::move(state->run);
  if (!done) {
    run.transcript.end = card::RunEnd::kUnknown;
    run.trouble = GivenUp();
  }
  return run;
}

void GuardedCard::ResetAtEnd() {
  // Only a mark: it makes no call.
  if (connected()) connection_->card->ResetAtEnd();
}

void GuardedCard::Release() {
  if (!connected()) return;
  const std::shared_ptr<Connection> connection =
      std::exchange(connection_, nullptr);
  const bool done = Do([connection](CallGuard& guard) {
    if (!guard.BeginClosing(kClosingPatience)) return;
    connection->card = nullptr;
    guard.End();
  });
  if (done) EndThread();
}

void GuardedCard::CutShort() {
  absl::MutexLock lock(&mutex_);
  cut_short_ = true;
  if (thread_ != nullptr) thread_->CutShort();
}

bool GuardedCard::IsStuck() const {
  absl::MutexLock lock(&mutex_);
  return stuck_ != nullptr && !stuck_->ended();
}

}  // namespace cardferry::agent
