#ifndef CARDFERRY_AGENT_TESTING_FAKE_CARD_H_
#define CARDFERRY_AGENT_TESTING_FAKE_CARD_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "agent/card_slot.h"
#include "lib/base/bytes.h"

namespace cardferry::agent {

// A card that answers 9000 to everything, keeps what it was sent, can be taken
// away, and can stop answering. Not a card: it checks nothing, and knows no
// secure channel. Safe from any thread.
class FakeCard {
 public:
  // A slot with this card in it; outlives what uses the card.
  std::shared_ptr<CardSlot> slot();

  void TakeAway() { Set(present_, false); }
  // After so many more commands there is no answer.
  void VanishAfter(int commands) { Set(answers_left_, commands); }
  // From the command with this instruction on, calls block until Answer().
  void FallSilentAt(uint8_t instruction) { Set(silent_at_, int{instruction}); }
  // Connecting blocks until Answer().
  void HoldConnections() { Set(holds_connections_, true); }
  void Answer();
  // So many connections fail first: another program holds the card.
  void RefuseConnections(int count) { Set(refusals_left_, count); }
  void RefuseExtendedLength() { Set(takes_extended_, false); }

  std::vector<std::string> sent() const { return Get(sent_); }
  int connections() const { return Get(connections_); }
  int resets() const { return Get(resets_); }
  void AwaitConnections(int count) { Await(connections_, count); }
  void AwaitResets(int count) { Await(resets_, count); }
  // Waits until so many calls block.
  void AwaitBlocked(int count) { Await(blocked_, count); }

 private:
  friend class FakeConnection;
  friend class FakeSlot;

  template <typename T>
  void Set(T& member, T value) {
    absl::MutexLock lock(&mutex_);
    member = value;
  }
  template <typename T>
  T Get(const T& member) const {
    absl::MutexLock lock(&mutex_);
    return member;
  }
  void Await(int& member, int value) {
    absl::MutexLock lock(&mutex_);
    const auto reached = [&] { return member == value; };
    mutex_.Await(absl::Condition(&reached));
  }
  void Block() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::vector<std::string> sent_;
  bool present_ = true;
  bool takes_extended_ = true;
  bool holds_connections_ = false;
  int answers_left_ = 1'000'000;
  int silent_at_ = -1;
  int refusals_left_ = 0;
  int connections_ = 0;
  int resets_ = 0;
  int blocked_ = 0;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_TESTING_FAKE_CARD_H_
