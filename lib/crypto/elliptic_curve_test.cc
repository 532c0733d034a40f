#include "lib/crypto/elliptic_curve.h"

#include "gtest/gtest.h"

namespace cardferry::crypto {
namespace {

TEST(EllipticCurveTest, EachCurveHasItsNameAndLength) {
  EXPECT_STREQ(NameOf(Curve::kP256), "P-256");
  EXPECT_STREQ(NameOf(Curve::kBrainpoolP512r1), "brainpoolP512r1");
  EXPECT_EQ(CoordinateLength(Curve::kBrainpoolP256r1), 32u);
  EXPECT_EQ(CoordinateLength(Curve::kP384), 48u);
  EXPECT_EQ(CoordinateLength(Curve::kP521), 66u);
  EXPECT_EQ(CoordinateLength(Curve::kBrainpoolP512r1), 64u);
}

}  // namespace
}  // namespace cardferry::crypto
