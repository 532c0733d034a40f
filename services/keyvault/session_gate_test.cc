#include "services/keyvault/session_gate.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/fake_clock.h"
#include "services/keyvault/testing/fake_ledger.h"

namespace cardferry::keyvault {
namespace {

using absl::StatusCode;

class SessionGateTest : public testing::Test {
 protected:
  Use UseFor(uint8_t purpose) {
    return {"opening 01", Bytes(32, purpose), clock_.Now() + absl::Hours(1)};
  }

  FakeLedger ledger_;
  FakeClock clock_;
  SessionGate gate_{ledger_, clock_, VaultPolicy()};
};

TEST_F(SessionGateTest, AUseMayBeRepeatedButNotChanged) {
  EXPECT_OK(gate_.ClaimOnce(UseFor(1), "kiosk-1"));
  EXPECT_OK(gate_.ClaimOnce(UseFor(1), "kiosk-1"));
  EXPECT_EQ(ledger_.Alarms(1)->size(), 0u);
  EXPECT_THAT(gate_.ClaimOnce(UseFor(2), "kiosk-1"),
              StatusIs(StatusCode::kFailedPrecondition));
  ASSERT_EQ(ledger_.Alarms(1)->size(), 1u);
  EXPECT_EQ(ledger_.Alarms(1)->at(0).agent, "kiosk-1");
}

TEST_F(SessionGateTest, AFailureStopsTheCardAtItsAgentUntilItIsForgotten) {
  const ClaimedCard card{"files", {1, 2, 3}};
  Opening opening;
  opening.serial[0] = 9;
  opening.place = {"kiosk-1", "slot 0"};
  ASSERT_OK(ledger_.RecordFailure(
      {"another opening", card, "kiosk-1", clock_.Now()}));
  EXPECT_THAT(gate_.CheckStops(card, opening),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_OK(gate_.CheckStops({"files", {1, 2, 4}}, opening));
  clock_.Advance(VaultPolicy().failure_memory + absl::Seconds(1));
  EXPECT_OK(gate_.CheckStops(card, opening));
}

TEST_F(SessionGateTest, ClassesThatNeedTwoPeopleAreNotGranted) {
  EXPECT_OK(CheckGrantable(OperationClass::kRead));
  EXPECT_OK(CheckGrantable(OperationClass::kContent));
  EXPECT_OK(CheckGrantable(OperationClass::kPersonalize));
  EXPECT_THAT(CheckGrantable(OperationClass::kKeys),
              StatusIs(StatusCode::kPermissionDenied,
                       "class keys needs two people's approval"));
  EXPECT_THAT(CheckGrantable(OperationClass::kCardState),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(CheckGrantable(static_cast<OperationClass>(0)),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::keyvault
