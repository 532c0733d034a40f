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

namespace cardferry::keyvault {

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
  // Takes back that the card failed, at every agent, and records `event`. The
  // number of failures; none of it when there are none.
  virtual absl::StatusOr<size_t> ForgetFailures(const ClaimedCard& card,
                                                const Alarm& event) = 0;
  // The part of it that concerns no card: FailureCount::cards_at_agent.
  virtual absl::StatusOr<size_t> CountFailedCards(
      const std::string& agent, const FailureWindow& window) = 0;

  virtual absl::Status RecordAlarm(const Alarm& alarm) = 0;
  // The newest `limit` of them, newest first.
  virtual absl::StatusOr<std::vector<Alarm>> Alarms(size_t limit) = 0;

  // Forgets uses that end before `now`, and failures older than `failures`.
  // Alarms stay.
  virtual absl::Status Prune(absl::Time now, absl::Time failures) = 0;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_LEDGER_H_
