#include "agent/reader_worker.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "lib/base/log.h"

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

const char* Name(card::RunEnd end) {
  switch (end) {
    case card::RunEnd::kDone:
      return "done";
    case card::RunEnd::kStopped:
      return "stopped by the card's answer";
    case card::RunEnd::kUnknown:
      return "outcome unknown";
    case card::RunEnd::kNotStarted:
      return "not started";
  }
  return "";
}

}  // namespace

ReaderWorker::ReaderWorker(std::string reader, std::shared_ptr<CardSlot> slot,
                           Uplink& uplink, Outbox& outbox, Options options)
    : reader_(std::move(reader)),
      uplink_(uplink),
      outbox_(outbox),
      options_(options),
      card_(std::move(slot), options.command_patience),
      stored_(reader_, card_, options.store, outbox) {
  thread_ = std::thread([this] { Run(); });
}

ReaderWorker::~ReaderWorker() { Finish(absl::ZeroDuration()); }

void ReaderWorker::AskToFinish() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
}

void ReaderWorker::Finish(absl::Duration patience) {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    mutex_.AwaitWithTimeout(absl::Condition(&ended_), patience);
  }
  card_.CutShort();
  if (thread_.joinable()) thread_.join();
}

void ReaderWorker::Post(Event event) {
  absl::MutexLock lock(&mutex_);
  events_.push_back(std::move(event));
}

bool ReaderWorker::IsIdle() const {
  if (card_.IsStuck()) return false;
  absl::MutexLock lock(&mutex_);
  return events_.empty() && !busy_;
}

void ReaderWorker::Run() {
  while (std::optional<Event> event = Next()) Handle(*event);
  card_.Release();
  absl::MutexLock lock(&mutex_);
  ended_ = true;
}

bool ReaderWorker::Ready() const { return stopping_ || !events_.empty(); }

std::optional<Event> ReaderWorker::Next() {
  absl::MutexLock lock(&mutex_);
  busy_ = false;
  const absl::Condition ready(this, &ReaderWorker::Ready);
  const bool idle = !Ready();
  // A part that is here already was not waited for.
  if (idle && state_.phase == Phase::kAwaitingPart) meter_.BeginWait();
  const bool in_time = mutex_.AwaitWithTimeout(ready, Patience());
  if (stopping_) return std::nullopt;
  busy_ = true;
  if (!in_time) return AfterPatience();
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

absl::Duration ReaderWorker::Patience() const {
  if (AwaitsServer(state_.phase)) return options_.server_wait;
  const bool again =
      state_.phase == Phase::kPresent && stored_retry_ > absl::ZeroDuration();
  return again ? stored_retry_ : absl::InfiniteDuration();
}

Event ReaderWorker::AfterPatience() const {
  if (AwaitsServer(state_.phase)) return WaitExpired{};
  return StoredArrived{};
}

void ReaderWorker::NoteTiming(const Event& event) {
  if (std::holds_alternative<PartReceived>(event)) meter_.EndWait();
  if (std::holds_alternative<CardArrived>(event) ||
      (state_.phase == Phase::kPresent && IsJobArrival(event))) {
    meter_.Start();
  }
}

// Before anything else is asked of the card: INITIALIZE UPDATE of an opening
// would move the counter that a packet was made for.
void ReaderWorker::RunStored(const Event& event) {
  const bool may = std::holds_alternative<CardArrived>(event) ||
                   (std::holds_alternative<StoredArrived>(event) &&
                    state_.phase == Phase::kPresent);
  if (!may) return;
  const bool arrived = std::holds_alternative<CardArrived>(event);
  const absl::Duration waited = arrived ? absl::ZeroDuration() : stored_retry_;
  stored_.Run(absl::Now());
  stored_retry_ = absl::ZeroDuration();
  if (!stored_.put_off()) return;
  stored_retry_ = waited == absl::ZeroDuration()
                      ? options_.stored_retry
                      : std::min(2 * waited, kLongestStoredRetry);
}

void ReaderWorker::Handle(const Event& event) {
  RunStored(event);
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

// A person can do something about a stuck card: the server is told.
void ReaderWorker::NoteTrouble(const absl::Status& status) {
  trouble_ = std::string(status.message());
  if (status.ok()) return;
  LogWarning("card gave no answer", {{"reader", reader_}, {"status", status}});
  if (!absl::IsDeadlineExceeded(status)) return;
  uplink_.ShowTrouble(reader_, trouble_);
  trouble_shown_ = true;
}

void ReaderWorker::Connect() {
  const absl::Status status = card_.Connect();
  NoteTrouble(status);
  if (status.ok() && std::exchange(trouble_shown_, false)) {
    uplink_.ShowTrouble(reader_, "");
  }
}

std::optional<Event> ReaderWorker::Do(const RunOpening& action) {
  OpeningRan ran;
  Connect();
  ran.identify = Run(action.opening.identify, [](size_t, const auto&) {});
  if (!action.with_challenge) return ran;
  if (ran.identify.end == card::RunEnd::kUnknown) card_.Release();
  card_.ResetAtEnd();
  ran.challenge = Run(action.opening.challenge, [](size_t, const auto&) {});
  return ran;
}

absl::Status ReaderWorker::Begin(const PacketPart& part) {
  if (record_ != nullptr && begun_packet_ == part.packet_id) {
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<PacketRecord>> record =
      outbox_.Begin(part.packet_id, reader_, part.total_commands);
  if (!record.ok()) return record.status();
  begun_packet_ = part.packet_id;
  record_ = *std::move(record);
  return absl::OkStatus();
}

std::optional<Event> ReaderWorker::Do(const RunPart& action) {
  const absl::Status begun = Begin(action.part);
  if (!begun.ok()) {
    LogError("packet is not run", {{"reader", reader_}, {"status", begun}});
    trouble_ = std::string(begun.message());
    no_room_ = absl::IsResourceExhausted(begun);
    PartRan refused;
    refused.transcript.end = card::RunEnd::kNotStarted;
    return refused;
  }
  last_progress_ = absl::InfinitePast();
  PartRan ran{Run(action.part.script,
                  [this, &action](size_t index, const card::ResponseApdu& a) {
                    OnPacketAnswer(action, index, a);
                  })};
  last_measurements_ = meter_.Read();
  return ran;
}

void ReaderWorker::OnPacketAnswer(const RunPart& action, size_t index,
                                  const card::ResponseApdu& answer) {
  // An error comes up again with the end, which the outbox tells of.
  record_->AddAnswer(answer).IgnoreError();
  ShowProgress(action, index);
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
  const bool ran = record_ != nullptr && begun_packet_ == action.packet_id;
  if (ran) LogPacket(action);
  outbox_.Add({action.packet_id, action.transcript,
               ran ? last_measurements_ : Measurements(), trouble_,
               std::exchange(no_room_, false)},
              ran ? std::exchange(record_, nullptr) : nullptr);
  // What is counted from here on belongs to the next packet; a packet that was
  // refused ends nothing.
  if (ran && state_.phase == Phase::kAwaitingPacket) {
    meter_.Start();
    meter_.BeginWait();
  }
  return std::nullopt;
}

void ReaderWorker::LogPacket(const SendReport& action) const {
  LogInfo(
      "packet was run",
      {{"reader", reader_},
       {"packet", action.packet_id},
       {"end", Name(action.transcript.end)},
       {"answers", static_cast<uint64_t>(action.transcript.answers.size())},
       {"milliseconds", absl::ToInt64Milliseconds(last_measurements_.total)}});
}

std::optional<Event> ReaderWorker::Do(const ReleaseCard&) {
  card_.Release();
  return std::nullopt;
}

std::optional<Event> ReaderWorker::Do(const ShowVerdict& action) {
  LogInfo(action.verdict.ok ? "card is done" : "card was not done",
          {{"reader", reader_}, {"message", action.verdict.message}});
  return std::nullopt;
}

card::Transcript ReaderWorker::Run(const card::Script& script,
                                   const GuardedCard::OnAnswer& on_answer) {
  if (!card_.connected()) {
    // Why is known from connecting.
    card::Transcript nothing;
    nothing.end = card::RunEnd::kNotStarted;
    return nothing;
  }
  CardRun run = card_.Run(script, on_answer);
  meter_.CountExchanges(run.exchanges, run.bytes, run.card_time);
  NoteTrouble(run.trouble);
  return std::move(run.transcript);
}

}  // namespace cardferry::agent
