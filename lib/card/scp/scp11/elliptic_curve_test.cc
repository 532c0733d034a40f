#include "lib/card/scp/scp11/elliptic_curve.h"

#include <set>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

TEST(EllipticCurveTest, KnowsTheReferencesOfCurvesThatAreNotTwisted) {
  std::set<int> known;
  for (int reference = 0; reference <= 0xFF; ++reference) {
    if (CurveOfReference(static_cast<uint8_t>(reference))) {
      known.insert(reference);
    }
  }
  EXPECT_EQ(known, (std::set<int>{0, 1, 2, 3, 5, 7}));
  EXPECT_EQ(CurveOfReference(1), EllipticCurve::kP384);
  EXPECT_EQ(CurveOfReference(7), EllipticCurve::kBrainpoolP512r1);
}

TEST(EllipticCurveTest, KnowsHowLongCoordinatesAre) {
  EXPECT_EQ(CoordinateLength(EllipticCurve::kP256), 32u);
  EXPECT_EQ(CoordinateLength(EllipticCurve::kBrainpoolP384r1), 48u);
  EXPECT_EQ(CoordinateLength(EllipticCurve::kP521), 66u);
}

TEST(EllipticCurveTest, RefusesPointsOfAnotherForm) {
  Bytes point(65, 0x11);
  point[0] = 0x04;
  EXPECT_OK(CheckPointForm(EllipticCurve::kP256, point));
  EXPECT_THAT(CheckPointForm(EllipticCurve::kP384, point),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "public key of 65 bytes, must be 04 and 96 bytes"));
  point[0] = 0x02;
  EXPECT_THAT(CheckPointForm(EllipticCurve::kP256, point),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(CheckPointForm(EllipticCurve::kP256, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::scp
