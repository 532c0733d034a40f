#ifndef CARDFERRY_AGENT_SWITCHBOARD_H_
#define CARDFERRY_AGENT_SWITCHBOARD_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/addressed_event.h"
#include "agent/card_slot.h"
#include "agent/outbox.h"
#include "agent/reader_worker.h"
#include "agent/sighting.h"
#include "agent/uplink.h"

namespace cardferry::agent {

// Brings what happens to those whom it concerns: gives every reader that is
// found a worker, hands the server's messages to the workers and the outbox,
// and says up what is seen. On one thread of its own, so that neither the
// stream's nor the watch's waits for a disk or a worker.
class Switchboard {
 public:
  using MakeSlot =
      std::function<std::shared_ptr<CardSlot>(const std::string& reader)>;

  // `uplink` and `outbox` outlive it.
  Switchboard(Uplink& uplink, Outbox& outbox, MakeSlot make_slot,
              ReaderWorker::Options options);
  Switchboard(const Switchboard&) = delete;
  Switchboard& operator=(const Switchboard&) = delete;
  ~Switchboard();

  // Neither blocks. Safe from any thread.
  void Post(AddressedEvent event);
  void Post(Sighting sighting);

  // Lets the scripts that are running end, for `patience` in all, and stops.
  void Finish(absl::Duration patience);

 private:
  using Item = std::variant<AddressedEvent, Sighting>;
  struct Reader {
    std::unique_ptr<ReaderWorker> worker;
    bool gone = false;  // unplugged; the worker ends when it is idle
  };

  void Run();
  std::optional<Item> Next();
  bool Ready() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Handle(const AddressedEvent& event);
  void Handle(const Sighting& sighting);
  // Keeps and forgets stored packets, and says what waits.
  void HandleStored(const Event& event);
  void Find(const std::string& reader);
  void Lose(const std::string& reader);
  void DropIdleOnes();
  // False when there is no such reader.
  bool Tell(const std::string& reader, const Event& event);
  void RefusePacket(const Event& event);

  Uplink& uplink_;
  Outbox& outbox_;
  const MakeSlot make_slot_;
  const ReaderWorker::Options options_;

  absl::Mutex mutex_;
  std::deque<Item> items_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::map<std::string, Reader> readers_;  // the thread's own
  std::thread thread_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_SWITCHBOARD_H_
