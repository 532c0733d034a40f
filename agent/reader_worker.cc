#include "agent/reader_worker.h"

#include <utility>

#include "absl/time/clock.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

bool AwaitsServer(Phase phase) {
  return phase == Phase::kAwaitingPacket || phase == Phase::kAwaitingPart ||
         phase == Phase::kAwaitingVerdict;
}

bool IsJobArrival(const Event& event) {
  const auto* opening = std::get_if<OpeningReceived>(&event);
  return (opening != nullptr && opening->opening.run_challenge) ||
         std::holds_alternative<ChallengeRequested>(event);
}

}  // namespace

ReaderWorker::ReaderWorker(std::string reader, CardSlot& slot, Uplink& uplink,
                           Options options)
    : reader_(std::move(reader)),
      slot_(slot),
      uplink_(uplink),
      options_(options) {
  thread_ = std::thread([this] { Run(); });
}

ReaderWorker::~ReaderWorker() { Finish(); }

void ReaderWorker::Finish() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void ReaderWorker::Post(Event event) {
  absl::MutexLock lock(&mutex_);
  events_.push_back(std::move(event));
}

void ReaderWorker::Run() {
  while (std::optional<Event> event = Next()) Handle(*event);
}

bool ReaderWorker::Ready() const { return stopping_ || !events_.empty(); }

std::optional<Event> ReaderWorker::Next() {
  absl::MutexLock lock(&mutex_);
  const absl::Condition ready(this, &ReaderWorker::Ready);
  const bool idle = !Ready();
  // A part that is here already was not waited for.
  if (idle && state_.phase == Phase::kAwaitingPart) meter_.BeginWait();
  const absl::Duration wait = AwaitsServer(state_.phase)
                                  ? options_.server_wait
                                  : absl::InfiniteDuration();
  const bool in_time = mutex_.AwaitWithTimeout(ready, wait);
  if (stopping_) return std::nullopt;
  if (!in_time) return WaitExpired{};
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

void ReaderWorker::NoteTiming(const Event& event) {
  if (std::holds_alternative<PartReceived>(event)) meter_.EndWait();
  if (std::holds_alternative<CardArrived>(event) ||
      (state_.phase == Phase::kPresent && IsJobArrival(event))) {
    meter_.Start();
  }
}

void ReaderWorker::Handle(const Event& event) {
  NoteTiming(event);
  std::deque<Event> due = {event};
  while (!due.empty()) {
    Transition transition = Step(std::move(state_), due.front());
    due.pop_front();
    state_ = std::move(transition.next);
    for (const Action& action : transition.actions) {
      std::optional<Event> outcome =
          std::visit([this](const auto& a) { return Do(a); }, action);
      if (outcome) due.push_back(*std::move(outcome));
    }
  }
}

std::optional<Event> ReaderWorker::Do(const RunOpening& action) {
  OpeningRan ran;
  absl::StatusOr<std::unique_ptr<CardConnection>> connection = slot_.Connect();
  if (!connection.ok()) {
    LogWarning("card cannot be reached",
               {{"reader", reader_}, {"status", connection.status()}});
  }
  connection_ = connection.ok() ? *std::move(connection) : nullptr;
  ran.identify = Run(action.opening.identify, [](size_t) {});
  if (!action.with_challenge) return ran;
  if (ran.identify.end == card::RunEnd::kUnknown) connection_ = nullptr;
  if (connection_ != nullptr) connection_->ResetAtEnd();
  ran.challenge = Run(action.opening.challenge, [](size_t) {});
  return ran;
}

std::optional<Event> ReaderWorker::Do(const RunPart& action) {
  last_progress_ = absl::InfinitePast();
  PartRan ran{Run(action.part.script, [this, &action](size_t index) {
    ShowProgress(action, index);
  })};
  last_measurements_ = meter_.Read();
  return ran;
}

void ReaderWorker::ShowProgress(const RunPart& action, size_t index) {
  const size_t done = action.commands_before + index + 1;
  const bool at_end = index + 1 == action.part.script.size();
  const absl::Time now = absl::Now();
  if (!at_end && now - last_progress_ < options_.progress_interval) return;
  last_progress_ = now;
  uplink_.Send(Progress{action.part.packet_id, done, action.part.total_commands,
                        action.part.script[index].label});
}

std::optional<Event> ReaderWorker::Do(const SendAnswer& action) {
  // The packet depends on this answer: a round trip, however fast it comes.
  if (action.challenge) meter_.BeginWait();
  uplink_.Send(reader_, action);
  return std::nullopt;
}

std::optional<Event> ReaderWorker::Do(const SendReport& action) {
  uplink_.Send(reader_, action, last_measurements_);
  return std::nullopt;
}

std::optional<Event> ReaderWorker::Do(const ReleaseCard&) {
  connection_ = nullptr;
  return std::nullopt;
}

std::optional<Event> ReaderWorker::Do(const ShowVerdict& action) {
  LogInfo(action.verdict.ok ? "card is done" : "card was not done",
          {{"reader", reader_}, {"message", action.verdict.message}});
  return std::nullopt;
}

card::Transcript ReaderWorker::Run(const card::Script& script,
                                   const card::OnAnswer& on_answer) {
  if (connection_ == nullptr) {
    card::Transcript nothing;
    nothing.end = card::RunEnd::kNotStarted;
    return nothing;
  }
  return card::RunScript(
      script, [this](const card::CommandApdu& c) { return Transmit(c); },
      on_answer);
}

absl::StatusOr<card::ResponseApdu> ReaderWorker::Transmit(
    const card::CommandApdu& command) {
  const absl::Time start = absl::Now();
  absl::StatusOr<card::ResponseApdu> answer = connection_->Transmit(command);
  meter_.CountExchange(command.Encode().size(),
                       answer.ok() ? answer->data.size() + 2 : 0,
                       absl::Now() - start);
  if (!answer.ok()) {
    LogWarning("card gave no answer",
               {{"reader", reader_}, {"status", answer.status()}});
  }
  return answer;
}

}  // namespace cardferry::agent
