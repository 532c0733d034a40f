#ifndef CARDFERRY_TESTS_PROPERTY_FOREIGN_HOST_H_
#define CARDFERRY_TESTS_PROPERTY_FOREIGN_HOST_H_

#include <ostream>

#include "cardsim/card/card.h"
#include "cardsim/testing/test_host.h"
#include "lib/card/gp/content_commands.h"
#include "services/sequencer/load_file_cache.h"
#include "tests/property/specimen.h"

namespace cardferry::sequencer {

// One change that somebody else with the card's keys makes; the card may refuse
// it.
struct ForeignChange {
  enum class Kind { kLoad, kInstall, kDelete, kLock } kind = Kind::kLoad;
  PackageSpecimen package;
  AppletSpecimen applet;
  bool related = false;
  int target = 0;       // of kDelete: an instance's number, or a package's
  bool locked = false;  // of kLock: else unlocked
};
std::ostream& operator<<(std::ostream& out, const ForeignChange& change);

// Somebody else who has a card's keys and changes what it holds; nobody is told
// of it. One session; what the card refuses does not happen.
class ForeignHost {
 public:
  // `card` lives longer, and has just been reset.
  ForeignHost(cardsim::KeySet keys, cardsim::Card& card);

  void Make(const ForeignChange& change);

 private:
  void Load(const LoadFile& file);
  void Install(const card::Installation& installation);
  void Delete(const card::Aid& aid, card::DeleteRelated related);
  // Whether the card has done it.
  bool Send(const card::CommandApdu& command);

  cardsim::Card& card_;
  cardsim::TestHost host_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_PROPERTY_FOREIGN_HOST_H_
