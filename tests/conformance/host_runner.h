#ifndef CARDFERRY_TESTS_CONFORMANCE_HOST_RUNNER_H_
#define CARDFERRY_TESTS_CONFORMANCE_HOST_RUNNER_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tests/conformance/host_crypto.h"
#include "tests/conformance/runner.h"

namespace cardferry::conformance {

// The host's side: the parser of INITIALIZE UPDATE answers and the framing of
// //lib/card/scp over one means of computing, which is also held to the vectors
// of key derivation and of MACs.
class HostRunner : public Runner {
 public:
  explicit HostRunner(std::unique_ptr<HostCrypto> crypto)
      : crypto_(std::move(crypto)) {}

  std::string name() const override { return "host/" + crypto_->name(); }
  std::optional<std::string> WhyNot(const Vector& vector) const override;
  absl::Status Run(const Vector& vector) override;

 private:
  const std::unique_ptr<HostCrypto> crypto_;
};

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_HOST_RUNNER_H_
