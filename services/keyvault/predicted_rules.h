#ifndef CARDFERRY_SERVICES_KEYVAULT_PREDICTED_RULES_H_
#define CARDFERRY_SERVICES_KEYVAULT_PREDICTED_RULES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "services/keyvault/operation_class.h"
#include "services/keyvault/predicted_ledger.h"

namespace cardferry::keyvault {

// What the operator allows of sessions that are opened without their card, for
// one key set. Without these rules there are none.
struct PredictedRules {
  Bytes aid;                // of its cards' issuer security domain
  uint32_t window = 8;      // how far beyond the last verified counter
  size_t most_live = 8;     // of one card
  size_t most_a_day = 100;  // of the key set
  absl::Duration report_time = absl::Hours(24 * 30);  // until it is too late

  bool operator==(const PredictedRules& o) const {
    return aid == o.aid && window == o.window && most_live == o.most_live &&
           most_a_day == o.most_a_day && report_time == o.report_time;
  }
};

// The sequence counter of an INITIALIZE UPDATE answer, and back: big-endian.
uint32_t ReadCounter(ByteSpan counter);
Bytes WriteCounter(uint32_t counter, const scp::ChannelProtocol& protocol);

// Whether a packet for `counter` is dead since a session of the card was
// verified. SCP02's counter moves when a session's first C-MAC is right: a
// packet for the verified counter itself may still be run. SCP03's moves at
// every INITIALIZE UPDATE.
bool IsLeftBehind(uint32_t counter, const VerifiedCard& verified);

// What a session may do that began while these sessions are live: reading moves
// the counter past them, anything else could be done twice or out of order.
// `own` is not counted.
OperationClass GrantBeside(const std::vector<LiveSession>& live,
                           const SessionSerial& own, OperationClass wanted);

// PERMISSION_DENIED for what a packet that is run out of sight may not do: it
// must do no harm whenever it is run, and however often it is tried.
absl::Status CheckPredictedClass(OperationClass operation_class);

// A session as it is asked for: the `ahead`th counter after the last verified
// one, counted from 1.
struct Prediction {
  uint32_t ahead = 1;
  Bytes content;  // MAC of what it is for
  std::string agent;
};

// The counter of the prediction, and the session that is live for it already,
// if it was asked for before: then that is given again.
// FAILED_PRECONDITION: no session of this card was verified yet; it has random
//   challenges, or S16 mode; its counter is worn out; a session with other
//   content is live for this counter, or another job has a packet for the card.
// INVALID_ARGUMENT: outside the window. RESOURCE_EXHAUSTED: the budget is used
//   up.
struct Judgement {
  uint32_t counter = 0;
  std::optional<LiveSession> before;
};
absl::StatusOr<Judgement> JudgePrediction(const Prediction& wanted,
                                          const PredictedRules& rules,
                                          const PredictionFacts& facts);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_PREDICTED_RULES_H_
