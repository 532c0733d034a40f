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
                                      " and 8 bytes, not 8 and 8")));
    EXPECT_THAT(SessionSeed::Create({kScp03, 0x00}, Bytes(8), Bytes(length)),
                StatusIs(StatusCode::kInvalidArgument,
                         absl::StrCat("challenges of 8 and ", length,
                                      " bytes, not 8 and 8")));
  }
}

TEST(SessionSeedTest, OneMadeWithoutCreateCanBeCheckedToo) {
  EXPECT_EQ(CheckSeed({{kScp02, 0x15}, Bytes(8), Bytes(8)}), absl::OkStatus());
  EXPECT_THAT(CheckSeed({{kScp02, 0x15}, Bytes(8), Bytes(1)}),
              StatusIs(StatusCode::kInvalidArgument,
                       "challenges of 8 and 1 bytes, not 8 and 8"));
}

TEST(SessionSeedTest, RefusesAProtocolThatIsNotThere) {
  EXPECT_THAT(SessionSeed::Create({kScp03, 0x02}, Bytes(8), Bytes(8)),
              StatusIs(StatusCode::kUnimplemented));
  EXPECT_THAT(SessionSeed::Create({0x11, 0x15}, Bytes(8), Bytes(8)),
              StatusIs(StatusCode::kUnimplemented));
}

TEST(SessionSeedTest, S16HasChallengesOf16Bytes) {
  EXPECT_OK(SessionSeed::Create({kScp03, 0x71}, Bytes(16), Bytes(16)));
  EXPECT_THAT(SessionSeed::Create({kScp03, 0x71}, Bytes(8), Bytes(16)),
              StatusIs(StatusCode::kInvalidArgument,
                       "challenges of 8 and 16 bytes, not 16 and 16"));
}

TEST(SessionSeedTest, AnImplicitSessionHasACounterAndAnAid) {
  const Bytes aid(16, 0xA0);
  ASSERT_OK_AND_ASSIGN(
      const SessionSeed seed,
      SessionSeed::CreateImplicit({kScp02, 0x1A}, {0x5D, 0xD6}, aid));
  EXPECT_EQ(ToHex(seed.host_challenge), "");
  EXPECT_EQ(ToHex(seed.card_challenge), "5DD6");
  EXPECT_EQ(seed.aid, aid);
  EXPECT_THAT(SessionSeed::CreateImplicit({kScp02, 0x1A}, Bytes(8), aid),
              StatusIs(StatusCode::kInvalidArgument,
                       "challenges of 0 and 8 bytes, not 0 and 2"));
  for (const size_t length : {0u, 4u, 17u}) {
    EXPECT_THAT(
        SessionSeed::CreateImplicit({kScp02, 0x1A}, Bytes(2), Bytes(length)),
        StatusIs(StatusCode::kInvalidArgument,
                 absl::StrCat("an AID of ", length, " bytes, not 5 to 16")));
  }
  EXPECT_THAT(SessionSeed::CreateImplicit({kScp02, 0x15}, Bytes(2), aid),
              StatusIs(StatusCode::kInvalidArgument));
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
  other = seed;
  other.aid = {1};
  EXPECT_FALSE(seed == other);
  other = seed;
  other.quirks.macs_channel_bits = true;
  EXPECT_FALSE(seed == other);
}

}  // namespace
}  // namespace cardferry::scp
