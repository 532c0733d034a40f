#ifndef CARDFERRY_SERVICES_KEYVAULT_PREDICTED_LEDGER_H_
#define CARDFERRY_SERVICES_KEYVAULT_PREDICTED_LEDGER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/channel_protocol.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/opening_ticket.h"

namespace cardferry::keyvault {

// A card with pseudo-random challenges, as the last session showed it that the
// vault verified.
struct VerifiedCard {
  CardKeySelection card;
  scp::ChannelProtocol protocol;
  uint32_t counter = 0;  // that session's
};

// A session whose packet somebody may hold and run although no card is there:
// it is live until a verified session shows that the counter has left it
// behind. The card knows no clock, so time does not end it.
struct LiveSession {
  CardKeySelection card;
  uint32_t counter = 0;
  SessionSerial serial = {};
  std::array<uint8_t, 16> host_challenge = {};
  // What a predicted session is for: a MAC, 32 bytes. Empty: of a session that
  // began with the card there.
  Bytes content = {};
  std::string agent = {};
  absl::Time issued_at;

  bool predicted() const { return !content.empty(); }
};

// What a prediction is judged by.
struct PredictionFacts {
  std::optional<VerifiedCard> verified;  // of any version of the key set
  std::vector<LiveSession> live;         // of that version, by counter
  size_t issued = 0;  // predicted sessions of the key set, since `since`
};

// Counters of cards that are predictable, and the inventory of live sessions,
// shared by all replicas of the vault. Each call is one transaction. Safe to
// use from many threads. Errors: UNAVAILABLE, INTERNAL.
class PredictedLedger {
 public:
  virtual ~PredictedLedger() = default;

  // What was known of the card before, and what is live after.
  struct Seen {
    std::optional<uint32_t> counter_before;  // the highest
    std::vector<LiveSession> live;
  };

  // A session of this card was verified: those that its counter has left behind
  // (predicted_rules.h) are not live any more. `began`, unless nullptr, is that
  // session: it is live itself from now on, if no other one is. The highest
  // counter is kept.
  virtual absl::StatusOr<Seen> RecordVerified(const VerifiedCard& card,
                                              const LiveSession* began) = 0;

  // Adds the session that `judge` gives, or none when it is one of the live
  // ones; `judge` decides on what is known in the same transaction. Its error
  // is the call's. `key_set` and the diversification data name the card.
  using Judge =
      std::function<absl::StatusOr<LiveSession>(const PredictionFacts&)>;
  virtual absl::StatusOr<LiveSession> AddPredicted(
      const std::string& key_set,
      const std::array<uint8_t, 10>& key_diversification_data, absl::Time since,
      const Judge& judge) = 0;

  // The live ones of this version of a card, by counter.
  virtual absl::StatusOr<std::vector<LiveSession>> LiveOf(
      const CardKeySelection& card) = 0;

  // The inventory: the newest `limit` live ones, newest first.
  virtual absl::StatusOr<std::vector<LiveSession>> LiveSessions(
      size_t limit) = 0;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_PREDICTED_LEDGER_H_
