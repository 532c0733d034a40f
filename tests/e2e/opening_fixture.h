#ifndef CARDFERRY_TESTS_E2E_OPENING_FIXTURE_H_
#define CARDFERRY_TESTS_E2E_OPENING_FIXTURE_H_

#include <cstdint>

#include "gtest/gtest.h"
#include "proto/cardferry/keyvault/v1/keyvault.pb.h"
#include "tests/e2e/test_stage.h"

namespace cardferry::e2e {

// A stage with everything but an agent, which the tests are; raised once for
// all tests of a suite. There are certificates for the agents kiosk-1 and
// kiosk-2.
class OpeningFixture : public ::testing::Test {
 protected:
  // Openings expire a second after their issue.
  static stage::StageOptions ShortOpenings();
  static void RaiseWithoutAgent(const stage::StageOptions& options);
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  static keyvault::v1::GetStatisticsResponse Statistics();

  // What is tested is that time passes.
  static void WaitUntilAfter(int64_t expires_at_us);

  static TestStage* stage_;
};

}  // namespace cardferry::e2e

#endif  // CARDFERRY_TESTS_E2E_OPENING_FIXTURE_H_
