#ifndef CARDFERRY_AGENT_STORED_RUNNER_H_
#define CARDFERRY_AGENT_STORED_RUNNER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "agent/guarded_card.h"
#include "agent/outbox.h"
#include "agent/session_meter.h"
#include "agent/stored/packet_store.h"

namespace cardferry::agent {

// Whether an attempt of the packet was begun before: by a process that ended
// before the packet was wiped, or when it was given a second time. Then no
// other one may be run.
bool WasBegun(const StoredPacket& packet, const Outbox& outbox);

// Runs what waits for the card that lies in a reader, whether a server can be
// reached or not. Used by the reader's worker thread.
class StoredRunner {
 public:
  // All outlive it. `store` may be null: then nothing waits.
  StoredRunner(std::string reader, GuardedCard& card, PacketStore* store,
               Outbox& outbox)
      : reader_(std::move(reader)),
        card_(card),
        store_(store),
        outbox_(outbox) {}

  // Tries each packet that waits: the probes of its attempts in order, until
  // every answer to one is as expected; then that attempt is run, reported, and
  // the whole packet wiped. Nothing is sent to a card after an answer that is
  // not. One of which an attempt was begun before is wiped unrun; one for which
  // the journal has no room waits on. True when a packet was run. The card is
  // let go at the end, if it was touched.
  bool Run(absl::Time now);

  // The last Run has tried nothing, because it could not connect to the card:
  // another program may hold it, and let it go.
  bool put_off() const { return put_off_; }

 private:
  // How a card took a packet's probes.
  enum class Fit {
    kRun,        // an attempt was run, or must not be
    kOtherCard,  // not the packet's card, or not a counter of the packet
    kGone,       // the card does not answer any more
    kNoRoom,     // an attempt fits, and cannot be journaled now
  };

  // Those that may be run.
  std::vector<StoredPacket> Runnable(absl::Time now);
  Fit Try(const StoredPacket& packet);
  Fit RunAttempt(const StoredAttempt& attempt);
  card::Transcript RunParts(const StoredAttempt& attempt, PacketRecord& record);
  CardRun RunScript(const card::Script& script,
                    const GuardedCard::OnAnswer& on_answer);

  const std::string reader_;
  GuardedCard& card_;
  PacketStore* const store_;
  Outbox& outbox_;
  SessionMeter meter_;
  bool put_off_ = false;
  std::string trouble_;  // of the last run
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_STORED_RUNNER_H_
