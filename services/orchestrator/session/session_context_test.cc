#include "services/orchestrator/session/session_context.h"

#include "gtest/gtest.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::orchestrator {
namespace {

TEST(SessionContext, IdentifiersAreSixteenRandomBytes) {
  CountingRandom random;
  EXPECT_EQ(NewId(random), "000102030405060708090A0B0C0D0E0F");
  EXPECT_EQ(NewId(random), "101112131415161718191A1B1C1D1E1F");
}

TEST(SessionContext, KnowsWhatToTryLater) {
  EXPECT_TRUE(IsForLater(absl::UnavailableError("")));
  EXPECT_TRUE(IsForLater(absl::DeadlineExceededError("")));
  EXPECT_TRUE(IsForLater(absl::AbortedError("")));
  EXPECT_TRUE(IsForLater(absl::CancelledError("")));
  EXPECT_FALSE(IsForLater(absl::OkStatus()));
  EXPECT_FALSE(IsForLater(absl::DataLossError("")));
  EXPECT_FALSE(IsForLater(absl::NotFoundError("")));
}

TEST(SessionContext, MakesSentences) {
  EXPECT_EQ(AsSentence("the file is too large"), "The file is too large.");
  EXPECT_EQ(AsSentence(" Already one! "), "Already one!");
  EXPECT_EQ(AsSentence("A list (of two)"), "A list (of two).");
  EXPECT_EQ(AsSentence("f(x)"), "F(x).");
  EXPECT_EQ(AsSentence(""), "");
}

}  // namespace
}  // namespace cardferry::orchestrator
