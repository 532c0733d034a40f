#ifndef CARDFERRY_LIB_BASE_TESTING_COUNTING_RANDOM_H_
#define CARDFERRY_LIB_BASE_TESTING_COUNTING_RANDOM_H_

#include <cstdint>

#include "lib/base/random.h"

namespace cardferry {

// Gives 00 01 02 ... for tests that need known bytes. Not random, and not safe
// across threads.
class CountingRandom final : public RandomSource {
 public:
  void Fill(absl::Span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = next_++;
  }

 private:
  uint8_t next_ = 0;
};

}  // namespace cardferry

#endif  // CARDFERRY_LIB_BASE_TESTING_COUNTING_RANDOM_H_
