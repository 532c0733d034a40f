#ifndef CARDFERRY_AGENT_STORED_RUNNER_H_
#define CARDFERRY_AGENT_STORED_RUNNER_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "agent/guarded_card.h"
#include "agent/outbox.h"
#include "agent/session_meter.h"
#include "agent/stored/packet_store.h"

namespace cardferry::agent {

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
  // not. True when a packet was run. The card is let go at the end, if it was
  // touched.
  bool Run(absl::Time now);

 private:
  // How a card took a packet's probes.
  enum class Fit {
    kRun,        // an attempt was run, or must not be
    kOtherCard,  // not the packet's card, or not a counter of the packet
    kGone,       // the card does not answer any more
  };

  Fit Try(const StoredPacket& packet);
  void RunAttempt(const StoredAttempt& attempt);
  card::Transcript RunParts(const StoredAttempt& attempt, PacketRecord& record);
  CardRun RunScript(const card::Script& script,
                    const GuardedCard::OnAnswer& on_answer);

  const std::string reader_;
  GuardedCard& card_;
  PacketStore* const store_;
  Outbox& outbox_;
  SessionMeter meter_;
  std::string trouble_;  // of the last run
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_STORED_RUNNER_H_
