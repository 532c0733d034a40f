#ifndef CARDFERRY_LIB_BASE_RANDOM_H_
#define CARDFERRY_LIB_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "lib/base/bytes.h"

namespace cardferry {

// Where randomness comes from. Passed in, so that tests can fix it.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  // Fills `out` whole. Safe to call from several threads.
  virtual void Fill(absl::Span<uint8_t> out) = 0;
  // `size` fresh bytes.
  Bytes Draw(size_t size);
};

// The kernel's cryptographic generator (getrandom). Stops the process when the
// kernel has none: there is no safe way on.
class SystemRandom final : public RandomSource {
 public:
  void Fill(absl::Span<uint8_t> out) override;
};

}  // namespace cardferry

#endif  // CARDFERRY_LIB_BASE_RANDOM_H_
