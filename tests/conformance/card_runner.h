#ifndef CARDFERRY_TESTS_CONFORMANCE_CARD_RUNNER_H_
#define CARDFERRY_TESTS_CONFORMANCE_CARD_RUNNER_H_

#include <optional>
#include <string>

#include "tests/conformance/runner.h"

namespace cardferry::conformance {

// The card's side: the secure channel of the simulated card. What an
// application answers is not its business; what the channel makes of an answer
// is.
class CardRunner : public Runner {
 public:
  std::string name() const override { return "card"; }
  std::optional<std::string> WhyNot(const Vector& vector) const override;
  absl::Status Run(const Vector& vector) override;
};

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_CARD_RUNNER_H_
