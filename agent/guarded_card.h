#ifndef CARDFERRY_AGENT_GUARDED_CARD_H_
#define CARDFERRY_AGENT_GUARDED_CARD_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/card_slot.h"
#include "agent/card_thread.h"
#include "lib/card/script/run_script.h"

namespace cardferry::agent {

// What a run on the card came to.
struct CardRun {
  card::Transcript transcript;
  // Why there are fewer answers than commands; OK when the script said so.
  absl::Status trouble;
  uint32_t exchanges = 0;
  uint64_t bytes = 0;        // of command and response APDUs
  absl::Duration card_time;  // inside the reader and card
};

// The card of one slot, used on a thread that can be given up: PC/SC has no
// timeout, and a card that never answers blocks the call, and with it the
// reader, for ever. The thread lives for one connection. One that was given up
// stays behind until its call returns, lets the card go and ends; until then
// the slot is stuck, and no second thread is started for it. Used by one
// thread, but for CutShort and IsStuck.
class GuardedCard {
 public:
  // Called after each answer with the index of its command.
  using OnAnswer = std::function<void(size_t, const card::ResponseApdu&)>;

  // `patience`: for one call, unless a command is said to be slow.
  GuardedCard(std::shared_ptr<CardSlot> slot, absl::Duration patience);
  GuardedCard(const GuardedCard&) = delete;
  GuardedCard& operator=(const GuardedCard&) = delete;
  ~GuardedCard();

  // Connects to the card that lies there now; an old connection ends first.
  // UNAVAILABLE: no card, or another program holds it; DEADLINE_EXCEEDED: the
  // slot is stuck, or has just become so; CANCELLED after CutShort.
  absl::Status Connect();
  bool connected() const;

  // Runs the script as card::RunScript does. kNotStarted without a connection,
  // or when the transport cannot carry one of the commands; kUnknown with the
  // answers known so far when a command was given up (the connection is gone
  // then). `on_answer` is called on another thread, but never after Run.
  CardRun Run(const card::Script& script, const OnAnswer& on_answer);

  // See CardConnection.
  void ResetAtEnd();

  // Ends the connection, if there is one.
  void Release();

  // From now on no further command is sent, and one that is under way is given
  // up: the agent stops. Safe from any thread.
  void CutShort();

  // A call that was given up has not come back. Safe from any thread.
  bool IsStuck() const;

 private:
  struct Connection;  // the card thread's own, kept alive by both sides

  // Does `work` on the thread of the connection. False when it was given up:
  // the connection is gone then, and the slot stuck.
  bool Do(CardThread::Work work);
  std::shared_ptr<CardThread> thread() const;
  void EndThread();

  const std::shared_ptr<CardSlot> slot_;
  const absl::Duration patience_;
  std::shared_ptr<Connection> connection_;

  mutable absl::Mutex mutex_;
  std::shared_ptr<CardThread> thread_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<CardThread> stuck_ ABSL_GUARDED_BY(mutex_);
  bool cut_short_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_GUARDED_CARD_H_
