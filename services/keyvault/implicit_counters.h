#ifndef CARDFERRY_SERVICES_KEYVAULT_IMPLICIT_COUNTERS_H_
#define CARDFERRY_SERVICES_KEYVAULT_IMPLICIT_COUNTERS_H_

#include <cstdint>
#include <optional>
#include <string>

namespace cardferry::keyvault {

// So far from what is known of a card may the counter be that it is said to be
// at. Its sessions move it by one; those that were made and not run, and those
// that another program ran, explain a few more.
inline constexpr int32_t kCounterWindow = 8;

// What is remembered of a card's implicit sessions (docs/adr/0027). Nothing of
// it is proven.
struct CounterRecord {
  int32_t changed = -1;  // the last that a packet with changes was made for
  std::string opening;   // by which that was
  int32_t seen = 0;      // the highest that was believed
  std::string agent;     // by whom the last of these two was moved
  bool doubted = false;  // a claim was far from it: an operator may end it

  bool operator==(const CounterRecord& o) const {
    return changed == o.changed && opening == o.opening && seen == o.seen &&
           agent == o.agent && doubted == o.doubted;
  }
};

// That a card is at this counter, and what is wanted of it there.
struct CounterClaim {
  uint16_t counter = 0;
  bool changes = false;  // else the session only reads
  std::string opening;
  std::string agent;
};

enum class CounterGrant {
  kChanges,
  kReads,
  kReadsForDoubt,  // changes are refused: it is too far from what is known
};

struct CounterStep {
  CounterRecord record;  // from now on
  CounterGrant grant = CounterGrant::kReads;
};

// What comes of a claim. For each counter one opening gets a packet with
// changes, and none any more for it or an earlier one: what was made may be run
// until the card's counter is past it. The first claim of a card is believed;
// after that none that is more than kCounterWindow beyond `seen`, which it does
// not move. One that is so far below `changed` that the card cannot have been
// there is a doubt too.
CounterStep ClaimCounter(const std::optional<CounterRecord>& known,
                         const CounterClaim& claim);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_IMPLICIT_COUNTERS_H_
