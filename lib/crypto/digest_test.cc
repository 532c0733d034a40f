#include "lib/crypto/digest.h"

#include "gtest/gtest.h"

namespace cardferry::crypto {
namespace {

// FIPS 180-4 examples.
TEST(DigestTest, GivesThePublishedSha256Values) {
  EXPECT_EQ(ToHex(Sha256(AsBytes("abc"))),
            "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
  EXPECT_EQ(ToHex(Sha256({})),
            "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
}

TEST(DigestTest, GivesThePublishedSha1Values) {
  EXPECT_EQ(ToHex(Sha1(AsBytes("abc"))),
            "A9993E364706816ABA3E25717850C26C9CD0D89D");
  EXPECT_EQ(ToHex(Sha1({})), "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709");
}

}  // namespace
}  // namespace cardferry::crypto
