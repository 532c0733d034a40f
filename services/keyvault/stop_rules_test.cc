#include "services/keyvault/stop_rules.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kMost = 3;

// In the order of FailureCount: of the card here, agents, cards here.
absl::Status Check(size_t here, size_t agents, size_t cards) {
  return CheckNotStopped({here, agents, cards}, kMost);
}

TEST(StopRulesTest, ACardWithoutFailuresGoesOn) {
  EXPECT_OK(Check(0, 0, 0));
  EXPECT_OK(Check(0, 0, 2));  // others failed here, not too many
  EXPECT_OK(Check(0, 1, 0));  // it failed at one other agent
}

TEST(StopRulesTest, OneFailureStopsACardAtThatAgent) {
  EXPECT_THAT(
      Check(1, 1, 1),
      StatusIs(absl::StatusCode::kPermissionDenied,
               "the card is stopped at this agent: it failed its verification "
               "here"));
}

TEST(StopRulesTest, FailuresAtTwoAgentsStopACardEverywhere) {
  for (const size_t agents : {2u, 3u}) {
    EXPECT_THAT(Check(0, agents, 0),
                StatusIs(absl::StatusCode::kPermissionDenied,
                         absl::StrCat("the card is stopped everywhere: it "
                                      "failed its verification at ",
                                      agents, " agents")));
  }
}

TEST(StopRulesTest, ManyCardsSuspendTheAgentForAllCards) {
  EXPECT_OK(CheckNotSuspended(kMost - 1, kMost));
  for (const size_t cards : {kMost, kMost + 1}) {
    EXPECT_THAT(CheckNotSuspended(cards, kMost),
                StatusIs(absl::StatusCode::kPermissionDenied));
    EXPECT_THAT(Check(0, 0, cards),
                StatusIs(absl::StatusCode::kPermissionDenied));
  }
  EXPECT_THAT(CheckNotSuspended(3, 3),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       "the agent is suspended: 3 cards failed their "
                       "verification there, 3 are too many"));
}

}  // namespace
}  // namespace cardferry::keyvault
