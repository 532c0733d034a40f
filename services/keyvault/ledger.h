#ifndef CARDFERRY_SERVICES_KEYVAULT_LEDGER_H_
#define CARDFERRY_SERVICES_KEYVAULT_LEDGER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "services/keyvault/implicit_counters.h"

namespace cardferry::keyvault {

// The clocks of replicas differ by less: the ledger remembers so long after an
// expiry.
inline constexpr absl::Duration kClockSkew = absl::Hours(1);

// Something that may be used for one purpose only: an opening for one answer of
// a card, a command token for one batch of commands.
struct Use {
  std::string what;         // names it
  Bytes digest;             // of the purpose: 32 bytes
  absl::Time forget_after;  // it has expired by then, for every replica
};

enum class Claim {
  kFirst,     // this purpose, now
  kRepeated,  // this purpose, before: a retry
  kOther,     // another purpose, before
};

// A card as it says itself to be, before a cryptogram has proven it; in the
// ledger, CountedCard's.
struct ClaimedCard {
  std::string key_set;
  std::array<uint8_t, 10> key_diversification_data = {};
};

// A card cryptogram that was wrong.
struct FailedVerification {
  std::string opening;  // recorded once, however often it is retried
  ClaimedCard card;
  std::string agent;
  absl::Time at;
};

// The failed verifications that stand against a card at an agent.
struct FailureCount {
  size_t of_card_at_agent = 0;  // of this card at this agent
  size_t agents_of_card = 0;    // different agents at which this card failed
  size_t cards_at_agent = 0;    // different cards that failed at this agent
};

// Which failures count: those since `since`, but not that of the opening
// `except`.
struct FailureWindow {
  absl::Time since;
  std::string except;
};

// The options `i` that a card says it has in a session, and the agent that says
// so for it. No cryptogram is over them. `proven`: the card's keys were.
struct ShownOptions {
  uint8_t options = 0;
  bool proven = false;
  std::string agent;
};

// The options that a card has for the ledger.
struct BoundOptions {
  uint8_t options = 0;
  std::string agent;  // that showed them; empty when not known
};

// Something that people have to see: that an agent did what an honest one does
// not do, or that an operator lifted a stop.
struct Alarm {
  absl::Time at;
  std::string kind;
  std::string subject;  // what it is about; no secret
  std::string agent;    // empty when not known

  bool operator==(const Alarm& other) const {
    return at == other.at && kind == other.kind && subject == other.subject &&
           agent == other.agent;
  }
};

// What the vault must not forget between requests and restarts, shared by all
// its replicas. Each call is one transaction. Safe to use from many threads.
// Errors: UNAVAILABLE, INTERNAL.
class Ledger {
 public:
  virtual ~Ledger() = default;

  // Says whether `use.what` was claimed before, and claims it when not.
  virtual absl::StatusOr<Claim> ClaimUse(const Use& use) = 0;

  virtual absl::Status RecordFailure(const FailedVerification& failure) = 0;
  virtual absl::StatusOr<FailureCount> CountFailures(
      const ClaimedCard& card, const std::string& agent,
      const FailureWindow& window) = 0;
  // Takes back that the card failed, at every agent; that it showed other
  // options `i` than before, and that the counter of its implicit sessions was
  // doubted, each of which counts as one failure; records `event`. The number
  // of failures; none of it when there are none.
  virtual absl::StatusOr<size_t> ForgetFailures(const ClaimedCard& card,
                                                const Alarm& event) = 0;
  // The part of it that concerns no card: FailureCount::cards_at_agent.
  virtual absl::StatusOr<size_t> CountFailedCards(
      const std::string& agent, const FailureWindow& window) = 0;

  // The options `i` that were shown for this card in the first session whose
  // keys were proven; from then on that is what it has, until ForgetFailures
  // after others were seen. Those that are shown now while there was none.
  virtual absl::StatusOr<BoundOptions> BindOptions(
      const ClaimedCard& card, const ShownOptions& shown) = 0;

  // keyvault::ClaimCounter with what is remembered of the card.
  virtual absl::StatusOr<CounterStep> ClaimCounter(
      const ClaimedCard& card, const CounterClaim& claim) = 0;

  virtual absl::Status RecordAlarm(const Alarm& alarm) = 0;
  // The newest `limit` of them, newest first.
  virtual absl::StatusOr<std::vector<Alarm>> Alarms(size_t limit) = 0;

  // Forgets uses that end before `now`, and failures older than `failures`.
  // Alarms stay.
  virtual absl::Status Prune(absl::Time now, absl::Time failures) = 0;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_LEDGER_H_
