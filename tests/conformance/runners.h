#ifndef CARDFERRY_TESTS_CONFORMANCE_RUNNERS_H_
#define CARDFERRY_TESTS_CONFORMANCE_RUNNERS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/conformance/runner.h"

namespace cardferry::conformance {

// Which runners are wanted; "all" or one of the others.
struct Selection {
  std::string side = "all";    // "host", "card"
  std::string cipher = "all";  // "openssl", "pkcs11": of the host's side
};

// INVALID_ARGUMENT for other words, and for a cipher on the card's side, which
// has its own. What the HSM's runner needs and does not get is its error.
absl::StatusOr<std::vector<std::unique_ptr<Runner>>> MakeRunners(
    const Selection& selection);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_RUNNERS_H_
