#include "services/keyvault/implicit_counters.h"

namespace cardferry::keyvault {
namespace {

CounterStep Doubt(CounterRecord record) {
  record.doubted = true;
  return {record, CounterGrant::kReadsForDoubt};
}

CounterStep ClaimChanges(CounterRecord record, const CounterClaim& claim) {
  if (claim.counter > record.changed) {
    record.changed = claim.counter;
    record.opening = claim.opening;
    record.agent = claim.agent;
    return {record, CounterGrant::kChanges};
  }
  if (claim.counter == record.changed && claim.opening == record.opening) {
    return {record, CounterGrant::kChanges};
  }
  if (claim.counter + kCounterWindow < record.changed) return Doubt(record);
  return {record, CounterGrant::kReads};
}

}  // namespace

CounterStep ClaimCounter(const std::optional<CounterRecord>& known,
                         const CounterClaim& claim) {
  CounterRecord record =
      known.value_or(CounterRecord{-1, "", claim.counter, claim.agent, false});
  if (claim.counter > record.seen + kCounterWindow) {
    if (claim.changes) return Doubt(record);
    return {record, CounterGrant::kReads};
  }
  if (claim.counter > record.seen) {
    record.seen = claim.counter;
    record.agent = claim.agent;
  }
  if (!claim.changes) return {record, CounterGrant::kReads};
  return ClaimChanges(record, claim);
}

}  // namespace cardferry::keyvault
