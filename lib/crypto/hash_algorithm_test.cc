#include "lib/crypto/hash_algorithm.h"

#include "gtest/gtest.h"
#include "lib/crypto/digest.h"

namespace cardferry::crypto {
namespace {

TEST(HashAlgorithmTest, EachNameStandsForItsHash) {
  const ByteSpan abc = AsBytes("abc");
  EXPECT_EQ(Digest(*HashNamed("sha-1"), abc), Sha1(abc));
  EXPECT_EQ(Digest(*HashNamed("sha-256"), abc), Sha256(abc));
  EXPECT_EQ(Digest(*HashNamed("sha-384"), abc), Sha384(abc));
  EXPECT_EQ(Digest(*HashNamed("sha-512"), abc), Sha512(abc));
  for (const char* name : {"sha-1", "sha-256", "sha-384", "sha-512"}) {
    EXPECT_STREQ(NameOf(*HashNamed(name)), name);
  }
  EXPECT_FALSE(HashNamed("md5").has_value());
  EXPECT_FALSE(HashNamed("").has_value());
}

}  // namespace
}  // namespace cardferry::crypto
