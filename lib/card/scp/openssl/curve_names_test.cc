#include "lib/card/scp/openssl/curve_names.h"

#include "gtest/gtest.h"

namespace cardferry::scp {
namespace {

TEST(CurveNamesTest, BothNamesOfACurveAreItsOwn) {
  EXPECT_EQ(CurveOfName("P-256"), EllipticCurve::kP256);
  EXPECT_EQ(CurveOfName("prime256v1"), EllipticCurve::kP256);
  EXPECT_EQ(CurveOfName("secp384r1"), EllipticCurve::kP384);
  EXPECT_EQ(CurveOfName("secp521r1"), EllipticCurve::kP521);
  EXPECT_EQ(CurveOfName("brainpoolP384r1"), EllipticCurve::kBrainpoolP384r1);
  EXPECT_EQ(CurveOfName("secp256k1"), std::nullopt);
  EXPECT_EQ(CurveOfName(""), std::nullopt);
}

TEST(CurveNamesTest, TheSameCurveHasTheSameLengthInBothLists) {
  for (const uint8_t reference : Bytes{0, 1, 2, 3, 5, 7}) {
    const EllipticCurve curve = *CurveOfReference(reference);
    EXPECT_EQ(CoordinateLength(curve),
              crypto::CoordinateLength(ToCryptoCurve(curve)));
  }
}

}  // namespace
}  // namespace cardferry::scp
