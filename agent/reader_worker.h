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
#include "agent/reader_session.h"
#include "agent/session_meter.h"
#include "agent/uplink.h"
#include "lib/card/script/run_script.h"

namespace cardferry::agent {

// Does at one reader what the session's state machine says, on one thread of
// its own: all that blocks on the card blocks that thread only. Stopping it
// lets the script that is running come to its end first: a load is not torn
// because the agent stops.
class ReaderWorker {
 public:
  struct Options {
    // How long a card is held for an answer of the server.
    absl::Duration server_wait = absl::Seconds(60);
    // Progress goes up at most so often, and after the last command.
    absl::Duration progress_interval = absl::Milliseconds(100);
  };

  // `slot` and `uplink` outlive the worker.
  ReaderWorker(std::string reader, CardSlot& slot, Uplink& uplink,
               Options options);
  ReaderWorker(const ReaderWorker&) = delete;
  ReaderWorker& operator=(const ReaderWorker&) = delete;
  ~ReaderWorker();

  const std::string& reader() const { return reader_; }

  // Ends the worker's thread after the script that is running; what has been
  // queued stays undone. Once is enough; the destructor does it too.
  void Finish();

  // Queues an event. Never blocks. Safe from any thread.
  void Post(Event event);

 private:
  void Run();
  // The next event; WaitExpired when the server took too long; nullopt to stop.
  std::optional<Event> Next();
  bool Ready() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Handle(const Event& event);
  void NoteTiming(const Event& event);

  // Each does one action; a run's outcome comes back as an event.
  std::optional<Event> Do(const RunOpening& action);
  std::optional<Event> Do(const RunPart& action);
  std::optional<Event> Do(const SendAnswer& action);
  std::optional<Event> Do(const SendReport& action);
  std::optional<Event> Do(const ReleaseCard& action);
  std::optional<Event> Do(const ShowVerdict& action);

  card::Transcript Run(const card::Script& script,
                       const card::OnAnswer& on_answer);
  absl::StatusOr<card::ResponseApdu> Transmit(const card::CommandApdu& command);
  void ShowProgress(const RunPart& action, size_t index);

  const std::string reader_;
  CardSlot& slot_;
  Uplink& uplink_;
  const Options options_;

  absl::Mutex mutex_;
  std::deque<Event> events_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // The worker thread's own.
  ReaderState state_;
  std::unique_ptr<CardConnection> connection_;
  SessionMeter meter_;
  Measurements last_measurements_;
  absl::Time last_progress_;

  std::thread thread_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_READER_WORKER_H_
