#include "lib/card/scp/session_seed.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;

TEST(SessionSeedTest, HoldsWhatItWasMadeOf) {
  ASSERT_OK_AND_ASSIGN(
      const SessionSeed seed,
      SessionSeed::Create({kScp02, 0x55}, Bytes(8, 0xA0), Bytes(8, 0xC0)));
  EXPECT_EQ(seed.protocol, (ChannelProtocol{kScp02, 0x55}));
  EXPECT_EQ(ToHex(seed.host_challenge), "A0A0A0A0A0A0A0A0");
  EXPECT_EQ(ToHex(seed.card_challenge), "C0C0C0C0C0C0C0C0");
}

TEST(SessionSeedTest, RefusesChallengesOfAnotherLength) {
  for (const size_t length : {0u, 7u, 9u, 16u}) {
    EXPECT_THAT(SessionSeed::Create({kScp03, 0x00}, Bytes(length), Bytes(8)),
                StatusIs(StatusCode::kInvalidArgument,
                         absl::StrCat("challenges of ", length,
                                      " and 8 bytes, not 8")));
    EXPECT_THAT(SessionSeed::Create({kScp03, 0x00}, Bytes(8), Bytes(length)),
                StatusIs(StatusCode::kInvalidArgument,
                         absl::StrCat("challenges of 8 and ", length,
                                      " bytes, not 8")));
  }
}

TEST(SessionSeedTest, OneMadeWithoutCreateCanBeCheckedToo) {
  EXPECT_EQ(CheckSeed({{kScp02, 0x15}, Bytes(8), Bytes(8)}), absl::OkStatus());
  EXPECT_THAT(CheckSeed({{kScp02, 0x15}, Bytes(8), Bytes(1)}),
              StatusIs(StatusCode::kInvalidArgument,
                       "challenges of 8 and 1 bytes, not 8"));
}

TEST(SessionSeedTest, RefusesAProtocolThatIsNotThere) {
  EXPECT_THAT(SessionSeed::Create({kScp03, 0x01}, Bytes(8), Bytes(8)),
              StatusIs(StatusCode::kUnimplemented));
  EXPECT_THAT(SessionSeed::Create({0x01, 0x15}, Bytes(8), Bytes(8)),
              StatusIs(StatusCode::kUnimplemented));
}

TEST(SessionSeedTest, DiffersWithEveryPart) {
  const SessionSeed seed{{kScp03, 0x00}, Bytes(8), Bytes(8)};
  SessionSeed other = seed;
  EXPECT_EQ(seed, other);
  other.protocol.i = 0x70;
  EXPECT_FALSE(seed == other);
  other = seed;
  other.host_challenge[7] = 1;
  EXPECT_FALSE(seed == other);
  other = seed;
  other.card_challenge[0] = 1;
  EXPECT_FALSE(seed == other);
}

}  // namespace
}  // namespace cardferry::scp
