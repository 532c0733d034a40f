#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_FAKE_LEDGER_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_FAKE_LEDGER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/keyvault/ledger.h"

namespace cardferry::keyvault {

// A ledger in memory: not durable, not shared by processes.
class FakeLedger final : public Ledger {
 public:
  absl::StatusOr<Claim> ClaimUse(const Use& use) override;
  absl::Status RecordFailure(const FailedVerification& failure) override;
  absl::StatusOr<FailureCount> CountFailures(
      const ClaimedCard& card, const std::string& agent,
      const FailureWindow& window) override;
  absl::StatusOr<size_t> ForgetFailures(const ClaimedCard& card,
                                        const Alarm& event) override;
  absl::StatusOr<size_t> CountFailedCards(const std::string& agent,
                                          const FailureWindow& window) override;
  absl::StatusOr<BoundOptions> BindOptions(const ClaimedCard& card,
                                           const ShownOptions& shown) override;
  absl::StatusOr<CounterStep> ClaimCounter(const ClaimedCard& card,
                                           const CounterClaim& claim) override;
  absl::Status RecordAlarm(const Alarm& alarm) override;
  absl::StatusOr<std::vector<Alarm>> Alarms(size_t limit) override;
  absl::Status Prune(absl::Time now, absl::Time failures) override;

  // All that is remembered of uses, by what was used.
  std::map<std::string, Use> uses() {
    absl::MutexLock lock(&mutex_);
    return uses_;
  }

  // From now on every call fails with `status`; OK ends that.
  void FailWith(absl::Status status);

 private:
  struct Options {
    BoundOptions bound;
    bool differs = false;
  };

  absl::Mutex mutex_;
  absl::Status broken_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Use> uses_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, FailedVerification> failures_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, CounterRecord> counters_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Options> options_ ABSL_GUARDED_BY(mutex_);
  std::vector<Alarm> alarms_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_FAKE_LEDGER_H_
