#ifndef CARDFERRY_TESTS_CONFORMANCE_RUNNER_H_
#define CARDFERRY_TESTS_CONFORMANCE_RUNNER_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// One implementation that vectors are held against: a side of the channel and,
// for the host's, the cipher that it uses.
class Runner {
 public:
  virtual ~Runner() = default;

  // "host/openssl", "card"
  virtual std::string name() const = 0;

  // Why this vector is not for this runner ("S16", "SCP02"), or nullopt when
  // it is to be run.
  virtual std::optional<std::string> WhyNot(const Vector& vector) const = 0;

  // OK when the implementation does what the vector says, else what it did
  // instead. Only for vectors without a WhyNot.
  virtual absl::Status Run(const Vector& vector) = 0;
};

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_RUNNER_H_
