#include <memory>

#include "gtest/gtest.h"
#include "tests/conformance/card_runner.h"
#include "tests/conformance/expected_counts.h"
#include "tests/conformance/host_runner.h"
#include "tests/conformance/openssl_host_crypto.h"

namespace cardferry::conformance {
namespace {

TEST(ConformanceTest, TheHostWithOpensslDoesWhatTheVectorsSay) {
  ExpectCounts(
      std::make_unique<HostRunner>(std::make_unique<OpensslHostCrypto>()),
      HostCounts());
}

TEST(ConformanceTest, TheSimulatedCardDoesWhatTheVectorsSay) {
  ExpectCounts(std::make_unique<CardRunner>(), CardCounts());
}

}  // namespace
}  // namespace cardferry::conformance
