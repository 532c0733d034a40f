#ifndef CARDFERRY_AGENT_READER_WORKER_H_
#define CARDFERRY_AGENT_READER_WORKER_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/card_slot.h"
#include "agent/guarded_card.h"
#include "agent/outbox.h"
#include "agent/reader_session.h"
#include "agent/session_meter.h"
#include "agent/stored/packet_store.h"
#include "agent/stored_runner.h"
#include "agent/uplink.h"

namespace cardferry::agent {

// Does at one reader what the session's state machine says, on one thread of
// its own: all that blocks on the card blocks that reader only, and not for
// ever (GuardedCard). Stopping it lets the script that is running come to its
// end first, if it does so in time: a load is not torn because the agent stops.
class ReaderWorker {
 public:
  struct Options {
    // How long a card is held for an answer of the server.
    absl::Duration server_wait = absl::Seconds(60);
    // How long a card may take over a command, unless the script says more.
    absl::Duration command_patience = absl::Seconds(60);
    // Progress goes up at most so often, and after the last command.
    absl::Duration progress_interval = absl::Milliseconds(100);
    // What waits here for cards; outlives the worker. None: nothing does.
    PacketStore* store = nullptr;
  };

  // `uplink` and `outbox` outlive the worker.
  ReaderWorker(std::string reader, std::shared_ptr<CardSlot> slot,
               Uplink& uplink, Outbox& outbox, Options options);
  ReaderWorker(const ReaderWorker&) = delete;
  ReaderWorker& operator=(const ReaderWorker&) = delete;
  // Finishes without any patience.
  ~ReaderWorker();

  const std::string& reader() const { return reader_; }

  // The worker ends after the script that is running; what has been queued
  // stays undone. Does not wait.
  void AskToFinish();
  // AskToFinish, and waits; a script that runs on for longer than `patience`
  // is cut short, and its outcome reported as unknown.
  void Finish(absl::Duration patience);

  // Queues an event. Never blocks. Safe from any thread.
  void Post(Event event);

  // Nothing is queued, running, or stuck in the reader. Safe from any thread.
  bool IsIdle() const;

 private:
  void Run();
  // The next event; WaitExpired when the server took too long; nullopt to stop.
  std::optional<Event> Next();
  bool Ready() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Handle(const Event& event);
  void RunStored(const Event& event);
  void NoteTiming(const Event& event);

  // Each does one action; a run's outcome comes back as an event.
  std::optional<Event> Do(const RunOpening& action);
  std::optional<Event> Do(const RunPart& action);
  std::optional<Event> Do(const SendAnswer& action);
  std::optional<Event> Do(const SendReport& action);
  std::optional<Event> Do(const ReleaseCard& action);
  std::optional<Event> Do(const ShowVerdict& action);

  void Connect();
  // Journals the packet's beginning, unless that was done for an earlier part.
  absl::Status Begin(const PacketPart& part);
  card::Transcript Run(const card::Script& script,
                       const GuardedCard::OnAnswer& on_answer);
  void OnPacketAnswer(const RunPart& action, size_t index,
                      const card::ResponseApdu& answer);
  void ShowProgress(const RunPart& action, size_t index);
  void NoteTrouble(const absl::Status& status);
  void LogPacket(const SendReport& action) const;

  const std::string reader_;
  Uplink& uplink_;
  Outbox& outbox_;
  const Options options_;
  GuardedCard card_;
  StoredRunner stored_;

  mutable absl::Mutex mutex_;
  std::deque<Event> events_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;

  // The worker thread's own; while a script runs, its card thread's.
  ReaderState state_;
  SessionMeter meter_;
  Measurements last_measurements_;
  absl::Time last_progress_;
  std::string begun_packet_;              // the one whose record is below
  std::unique_ptr<PacketRecord> record_;  // until its report is sent
  std::string trouble_;                   // of the last run
  bool trouble_shown_ = false;
  bool no_room_ = false;  // the last packet could not be journaled

  std::thread thread_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_READER_WORKER_H_
