#ifndef CARDFERRY_TESTS_PROPERTY_TRIAL_H_
#define CARDFERRY_TESTS_PROPERTY_TRIAL_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/sequencer/conclusion.h"
#include "tests/property/conduct.h"
#include "tests/property/foreign_host.h"
#include "tests/property/holding.h"
#include "tests/property/obstacle.h"
#include "tests/property/specimen.h"
#include "tests/sequencer/kiosk.h"

namespace cardferry::sequencer {

// A card, what is recorded of it, what it should hold, and all that happens to
// it; a violation of what must always hold is kept in words.
class Trial : public Kiosk {
 public:
  Trial(const CardType& type, card::DeleteRelated related);

  void Desire(const ManifestSpecimen& manifest);
  // The record is lost.
  void Forget();
  void Happens(const ForeignChange& change);
  // The card is inserted at an agent like this; after one that is not honest,
  // it is a while until it is inserted again.
  void Insert(const Conduct& conduct);
  // At honest ones, until it holds what it should, it is clear that it cannot,
  // or it has been inserted too often.
  void Converge();

  // The first thing that must never be; empty when all is well.
  const std::string& violation() const { return violation_; }
  // Why the card cannot come to hold what it should, as far as is known of it.
  std::optional<Obstacle> FindObstacle() const;
  // Whether no plan was made for a card that was never read: its profile says
  // what there is on a new one.
  bool was_refused_unseen() const;
  // Of the last insertion.
  bool done() const { return done_; }
  size_t changes() const { return changes_; }
  const std::string& reason() const { return reason_; }
  int insertions() const { return insertions_; }
  Holding holding() const { return HoldingOf(card_->registry()); }

  // Whether what the card holds is what it should hold: to the byte, but for
  // packages of which nobody could know.
  bool IsAsDesired() const;

 private:
  // Until what was read is no longer fresh.
  void TimePasses();
  void Violate(const std::string& what);
  void CheckNoHarm(const Holding& before, const Holding& after);
  void CheckClaims(const Conclusion& conclusion);
  bool MayGo(const card::Aid& package) const;
  void Settle(const Conduct& conduct, const Sequencer::Prepared& prepared,
              const card::Transcript& transcript);

  std::set<card::Aid> uncertain_;  // packages that came unreported
  std::string violation_;
  std::string reason_;
  bool done_ = false;
  bool refused_ = false;
  size_t changes_ = 0;
  int insertions_ = 0;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_PROPERTY_TRIAL_H_
