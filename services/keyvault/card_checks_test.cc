#include "services/keyvault/card_checks.h"

#include <set>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

using scp::SecurityLevel;

TEST(ChooseLevelTest, TakesAllBitsOfBothFloorsAndOnlyWhatIsThere) {
  for (uint32_t policy = 0; policy < 0x100; ++policy) {
    for (uint32_t requested = 0; requested < 0x200; ++requested) {
      const absl::StatusOr<SecurityLevel> level =
          ChooseLevel(static_cast<uint8_t>(policy), requested);
      const uint32_t wanted = policy | requested;
      if (wanted == 1 || wanted == 3) {
        ASSERT_THAT(level, IsOkAndHolds(static_cast<SecurityLevel>(wanted)));
      } else {
        ASSERT_THAT(level,
                    StatusIs(wanted == 0 ? absl::StatusCode::kInvalidArgument
                                         : absl::StatusCode::kUnimplemented))
            << policy << " " << requested;
      }
    }
  }
}

TEST(ChooseLevelTest, ACallerMayRaiseAndNeverLower) {
  EXPECT_THAT(ChooseLevel(0x01, 0x00), IsOkAndHolds(SecurityLevel::kCMac));
  EXPECT_THAT(ChooseLevel(0x01, 0x03), IsOkAndHolds(SecurityLevel::kCDecCMac));
  EXPECT_THAT(ChooseLevel(0x03, 0x01), IsOkAndHolds(SecurityLevel::kCDecCMac));
  EXPECT_THAT(ChooseLevel(0x00, 0x00),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a session without protection (00)"));
  EXPECT_THAT(
      ChooseLevel(0x03, 0x33),
      StatusIs(absl::StatusCode::kUnimplemented,
               "security level 33 is wanted, only 01 and 03 are there"));
}

TEST(CheckCardTest, WantsTheKeySetsVersion) {
  KeySetDescription key_set;
  key_set.name = "issuer";
  key_set.key_version_number = 0x30;
  scp::InitializeUpdateResponse answer;
  answer.i = 0x70;
  for (int version = 0; version < 0x100; ++version) {
    answer.key_version_number = static_cast<uint8_t>(version);
    EXPECT_EQ(CheckCard(answer, key_set).ok(), version == 0x30) << version;
  }
  answer.key_version_number = 0x01;
  EXPECT_THAT(CheckCard(answer, key_set),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the card's keys have version 01, key set issuer is "
                       "for version 30"));
}

TEST(CheckCardTest, KnowsSixValuesOfI) {
  const std::set<int> known = {0x00, 0x10, 0x20, 0x30, 0x60, 0x70};
  scp::InitializeUpdateResponse answer;
  for (int i = 0; i < 0x100; ++i) {
    answer.i = static_cast<uint8_t>(i);
    const absl::Status status = CheckCard(answer, KeySetDescription());
    if (known.count(i) != 0) {
      EXPECT_OK(status) << i;
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnimplemented)) << i;
    }
  }
}

}  // namespace
}  // namespace cardferry::keyvault
