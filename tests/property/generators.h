#ifndef CARDFERRY_TESTS_PROPERTY_GENERATORS_H_
#define CARDFERRY_TESTS_PROPERTY_GENERATORS_H_

#include <ostream>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "tests/property/specimen.h"
#include "tests/property/trial.h"

// What RapidCheck makes up, and makes smaller when it fails.
namespace cardferry::sequencer {

// None to `most`.
template <typename T>
rc::Gen<std::vector<T>> Some(int most, rc::Gen<T> one) {
  return rc::gen::mapcat(rc::gen::inRange(0, most + 1), [one](int count) {
    return rc::gen::container<std::vector<T>>(static_cast<size_t>(count), one);
  });
}

rc::Gen<ManifestSpecimen> Manifests();
rc::Gen<ForeignChange> ForeignChanges();
// Never an honest one. `lies`: also about what the card has answered.
rc::Gen<Conduct> Conducts(bool lies);

// Where a card is from.
struct CardSpecimen {
  CardType type;
  bool deletes_related = false;
};
std::ostream& operator<<(std::ostream& out, const CardSpecimen& specimen);
rc::Gen<CardSpecimen> Cards();

// One thing that happens to a card.
struct Event {
  std::vector<ForeignChange> changes;
  bool record_lost = false;
  Conduct conduct;
};
std::ostream& operator<<(std::ostream& out, const Event& event);
rc::Gen<Event> Events(bool lies);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_PROPERTY_GENERATORS_H_
