#include "services/keyvault/predicted_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/hsm/challenge_source.h"

namespace cardferry::keyvault {
namespace {

// Where counters end (SCP02 by what cards do, SCP03 by its length).
constexpr uint32_t kLastScp02Counter = 0x7FFF;
constexpr uint32_t kLastScp03Counter = 0xFFFFFF;

// What must hold for the card whatever the counter.
absl::Status CheckCard(const PredictionFacts& facts) {
  if (!facts.verified.has_value()) {
    return absl::FailedPreconditionError(
        "no session of this card was verified here: its counter is not known. "
        "Insert it at a connected reader first");
  }
  if (scp::IsS16(facts.verified->protocol)) {
    return absl::FailedPreconditionError(
        "this card is in S16 mode: nothing is prepared for such cards");
  }
  if (IsPredictable(facts.verified->protocol)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "this card makes up its challenges: nothing can be prepared for it");
}

absl::Status CheckBudget(const PredictedRules& rules,
                         const PredictionFacts& facts) {
  const auto predicted = static_cast<size_t>(
      std::count_if(facts.live.begin(), facts.live.end(),
                    [](const LiveSession& one) { return one.predicted(); }));
  if (predicted >= rules.most_live) {
    return absl::ResourceExhaustedError(absl::StrCat(
        predicted, " packets of this card are live, at most ", rules.most_live,
        " may be: insert it at a connected reader, which moves its counter"));
  }
  if (facts.issued < rules.most_a_day) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the key set's budget of ", rules.most_a_day,
                   " prepared packets a day is used up"));
}

}  // namespace

uint32_t ReadCounter(ByteSpan counter) {
  uint32_t value = 0;
  for (const uint8_t byte : counter) value = value << 8 | byte;
  return value;
}

Bytes WriteCounter(uint32_t counter, const scp::ChannelProtocol& protocol) {
  Bytes bytes(CounterLength(protocol));
  for (size_t i = bytes.size(); i-- > 0; counter >>= 8) {
    bytes[i] = static_cast<uint8_t>(counter);
  }
  return bytes;
}

bool IsLeftBehind(uint32_t counter, const VerifiedCard& verified) {
  return verified.protocol.scp == scp::kScp02 ? counter < verified.counter
                                              : counter <= verified.counter;
}

OperationClass GrantBeside(const std::vector<LiveSession>& live,
                           const SessionSerial& own, OperationClass wanted) {
  const bool others =
      std::any_of(live.begin(), live.end(),
                  [&own](const LiveSession& one) { return one.serial != own; });
  return others ? OperationClass::kRead : wanted;
}

absl::Status CheckPredictedClass(OperationClass operation_class) {
  if (operation_class == OperationClass::kRead ||
      operation_class == OperationClass::kContent) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(
      absl::StrCat("class ", OperationClassName(operation_class),
                   " is not for packets that are prepared without the card"));
}

absl::StatusOr<Judgement> JudgePrediction(const Prediction& wanted,
                                          const PredictedRules& rules,
                                          const PredictionFacts& facts) {
  RETURN_IF_ERROR(CheckCard(facts));
  if (wanted.ahead < 1 || wanted.ahead > rules.window) {
    return absl::InvalidArgumentError(absl::StrCat(
        wanted.ahead, " counters ahead, must be 1 to ", rules.window));
  }
  const VerifiedCard& card = *facts.verified;
  const uint32_t last =
      card.protocol.scp == scp::kScp02 ? kLastScp02Counter : kLastScp03Counter;
  Judgement judgement;
  judgement.counter = card.counter + wanted.ahead;
  if (judgement.counter > last) {
    return absl::FailedPreconditionError(
        "the card's sequence counter is worn out: put new keys on it");
  }
  for (const LiveSession& one : facts.live) {
    if (one.predicted() && one.content != wanted.content) {
      return absl::FailedPreconditionError(
          "a packet of another job is live for this card: only a session with "
          "the card takes it back");
    }
    if (one.counter != judgement.counter) continue;
    if (!one.predicted() || one.agent != wanted.agent) {
      return absl::FailedPreconditionError(absl::StrCat(
          "a packet for counter ", one.counter,
          " of this card is live elsewhere: insert the card at a connected "
          "reader, which moves its counter"));
    }
    judgement.before = one;
    return judgement;
  }
  RETURN_IF_ERROR(CheckBudget(rules, facts));
  return judgement;
}

}  // namespace cardferry::keyvault
