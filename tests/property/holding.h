#ifndef CARDFERRY_TESTS_PROPERTY_HOLDING_H_
#define CARDFERRY_TESTS_PROPERTY_HOLDING_H_

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "cardsim/card/registry.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/cap/components.h"

namespace cardferry::sequencer {

// What the card itself says, in its memory, that it holds.
struct Holding {
  struct Package {
    Bytes block;
    uint16_t version = 0;
    std::vector<card::PackageVersion> imports;
    std::vector<card::Aid> modules;
    bool operator==(const Package& o) const { return block == o.block; }
  };
  struct Instance {
    card::Aid package;
    card::Aid module;
    std::array<uint8_t, 3> privileges = {};
    uint8_t life_cycle = 0;
    bool operator==(const Instance& o) const {
      return package == o.package && module == o.module &&
             privileges == o.privileges && life_cycle == o.life_cycle;
    }
  };
  std::map<card::Aid, Package> packages;
  std::map<card::Aid, Instance> instances;

  bool operator==(const Holding& o) const {
    return packages == o.packages && instances == o.instances;
  }
};
Holding HoldingOf(const cardsim::Registry& registry);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_PROPERTY_HOLDING_H_
