#include "services/keyvault/hsm/challenge_source.h"

#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

TEST(ChallengeSourceTest, OnlyPseudoRandomChallengesArePredictable) {
  for (const int i : {0x44, 0x45, 0x54, 0x55, 0x64, 0x65, 0x74, 0x75}) {
    EXPECT_TRUE(IsPredictable({scp::kScp02, static_cast<uint8_t>(i)})) << i;
  }
  for (const int i : {0x04, 0x05, 0x14, 0x15, 0x34, 0x35, 0x0A, 0x1A, 0x1B}) {
    EXPECT_FALSE(IsPredictable({scp::kScp02, static_cast<uint8_t>(i)})) << i;
  }
  for (const int i : {0x10, 0x30, 0x70, 0x11, 0x71}) {
    EXPECT_TRUE(IsPredictable({scp::kScp03, static_cast<uint8_t>(i)})) << i;
  }
  for (const int i : {0x00, 0x20, 0x60, 0x01, 0x61}) {
    EXPECT_FALSE(IsPredictable({scp::kScp03, static_cast<uint8_t>(i)})) << i;
  }
  EXPECT_FALSE(IsPredictable({scp::kScp01, 0x15}));
}

TEST(ChallengeSourceTest, IsCheckedWhole) {
  const ChallengeSource good = {{scp::kScp03, 0x70}, Bytes(3), Bytes(8)};
  EXPECT_OK(CheckSource(good));
  ChallengeSource bad = good;
  bad.protocol.i = 0x60;
  EXPECT_THAT(CheckSource(bad), StatusIs(absl::StatusCode::kInvalidArgument));
  bad = good;
  bad.sequence_counter.resize(2);
  EXPECT_THAT(CheckSource(bad), StatusIs(absl::StatusCode::kInvalidArgument));
  bad.protocol = {scp::kScp02, 0x55};
  EXPECT_OK(CheckSource(bad));
  for (const size_t length : {0u, 4u, 17u}) {
    bad.aid.resize(length);
    EXPECT_THAT(CheckSource(bad), StatusIs(absl::StatusCode::kInvalidArgument))
        << length;
  }
}

}  // namespace
}  // namespace cardferry::keyvault
