#include "services/keyvault/testing/fake_ledger.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "lib/base/status_macros.h"

namespace cardferry::keyvault {
namespace {

std::string NameOf(const ClaimedCard& card) {
  return card.key_set + "/" + ToHex(card.key_diversification_data);
}

bool Counts(const FailedVerification& failure, const FailureWindow& window) {
  return failure.at >= window.since && failure.opening != window.except;
}

}  // namespace

absl::StatusOr<Claim> FakeLedger::ClaimUse(const Use& use) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(broken_);
  const auto [entry, inserted] = uses_.emplace(use.what, use);
  if (inserted) return Claim::kFirst;
  return entry->second.digest == use.digest ? Claim::kRepeated : Claim::kOther;
}

absl::Status FakeLedger::RecordFailure(const FailedVerification& failure) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(broken_);
  failures_.emplace(failure.opening, failure);
  return absl::OkStatus();
}

absl::StatusOr<FailureCount> FakeLedger::CountFailures(
    const ClaimedCard& card, const std::string& agent,
    const FailureWindow& window) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(broken_);
  FailureCount count;
  std::set<std::string> agents;
  std::set<std::string> cards;
  for (const auto& [opening, failure] : failures_) {
    if (!Counts(failure, window)) continue;
    const bool here = failure.agent == agent;
    const bool this_card = NameOf(failure.card) == NameOf(card);
    if (here && this_card) ++count.of_card_at_agent;
    if (this_card) agents.insert(failure.agent);
    if (here) cards.insert(NameOf(failure.card));
  }
  count.agents_of_card = agents.size();
  count.cards_at_agent = cards.size();
  return count;
}

absl::StatusOr<size_t> FakeLedger::ForgetFailures(const ClaimedCard& card,
                                                  const Alarm& event) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(broken_);
  size_t forgotten = 0;
  for (auto it = failures_.begin(); it != failures_.end();) {
    const bool of_card = NameOf(it->second.card) == NameOf(card);
    forgotten += of_card ? 1 : 0;
    it = of_card ? failures_.erase(it) : std::next(it);
  }
  const auto options = options_.find(NameOf(card));
  if (options != options_.end() && options->second.differs) {
    options_.erase(options);
    ++forgotten;
  }
  const auto counter = counters_.find(NameOf(card));
  if (counter != counters_.end() && counter->second.doubted) {
    counters_.erase(counter);
    ++forgotten;
  }
  if (forgotten != 0) alarms_.push_back(event);
  return forgotten;
}

absl::StatusOr<size_t> FakeLedger::CountFailedCards(
    const std::string& agent, const FailureWindow& window) {
  ASSIGN_OR_RETURN(const FailureCount count,
                   CountFailures(ClaimedCard(), agent, window));
  return count.cards_at_agent;
}

absl::StatusOr<BoundOptions> FakeLedger::BindOptions(
    const ClaimedCard& card, const ShownOptions& shown) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(broken_);
  const BoundOptions now{shown.options, shown.agent};
  if (shown.proven) options_.emplace(NameOf(card), Options{now});
  const auto known = options_.find(NameOf(card));
  if (known == options_.end()) return now;
  known->second.differs |= known->second.bound.options != shown.options;
  return known->second.bound;
}

absl::StatusOr<CounterStep> FakeLedger::ClaimCounter(
    const ClaimedCard& card, const CounterClaim& claim) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(broken_);
  const auto known = counters_.find(NameOf(card));
  CounterStep step = keyvault::ClaimCounter(
      known == counters_.end() ? std::nullopt
                               : std::optional<CounterRecord>(known->second),
      claim);
  counters_[NameOf(card)] = step.record;
  return step;
}

absl::Status FakeLedger::RecordAlarm(const Alarm& alarm) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(broken_);
  alarms_.push_back(alarm);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Alarm>> FakeLedger::Alarms(size_t limit) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(broken_);
  std::vector<Alarm> newest(alarms_.rbegin(), alarms_.rend());
  newest.resize(std::min(limit, newest.size()));
  return newest;
}

absl::Status FakeLedger::Prune(absl::Time now, absl::Time failures) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(broken_);
  for (auto use = uses_.begin(); use != uses_.end();) {
    use = use->second.forget_after < now ? uses_.erase(use) : std::next(use);
  }
  for (auto it = failures_.begin(); it != failures_.end();) {
    it = it->second.at < failures ? failures_.erase(it) : std::next(it);
  }
  return absl::OkStatus();
}

void FakeLedger::FailWith(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  broken_ = std::move(status);
}

}  // namespace cardferry::keyvault
