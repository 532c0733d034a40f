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

std::vector<KeySetDescription> TestKeySets() {
  return {{"issuer", 1, 0x30, "kdf3", 128},
          {"issuer", 2, 0x31, "kdf3", 128},
          {"partner", 1, 0x30, "none", 256}};
}

TEST(KeySetsNamedTest, GivesAllVersionsOfThatNameOnly) {
  ASSERT_OK_AND_ASSIGN(const std::vector<KeySetDescription> versions,
                       KeySetsNamed("issuer", TestKeySets()));
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions[0].master_version, 1u);
  EXPECT_EQ(versions[1].master_version, 2u);
  EXPECT_THAT(KeySetsNamed("other", TestKeySets()),
              StatusIs(absl::StatusCode::kNotFound, "no key set other"));
}

TEST(KeySetOfCardTest, GoesByTheKeyVersionNumberThatTheCardShows) {
  ASSERT_OK_AND_ASSIGN(const std::vector<KeySetDescription> versions,
                       KeySetsNamed("issuer", TestKeySets()));
  scp::InitializeUpdateResponse answer;
  for (int version = 0; version < 0x100; ++version) {
    answer.key_version_number = static_cast<uint8_t>(version);
    const absl::StatusOr<KeySetDescription> chosen =
        KeySetOfCard(answer, versions);
    if (version == 0x30 || version == 0x31) {
      ASSERT_OK(chosen);
      EXPECT_EQ(chosen->key_version_number, version);
    } else {
      EXPECT_THAT(chosen, StatusIs(absl::StatusCode::kInvalidArgument))
          << version;
    }
  }
  answer.key_version_number = 0x01;
  EXPECT_THAT(KeySetOfCard(answer, versions),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the card's keys have version 01, which its key set has "
                       "no masters for"));
}

TEST(KeySetOfCardTest, DoesNotGuessBetweenTwoMasters) {
  std::vector<KeySetDescription> versions = TestKeySets();
  versions[1].key_version_number = 0x30;
  versions.pop_back();
  scp::InitializeUpdateResponse answer;
  answer.key_version_number = 0x30;
  EXPECT_THAT(KeySetOfCard(answer, versions),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "key set issuer has several masters for key version "
                       "30"));
}

TEST(CheckChannelTest, KnowsSixValuesOfI) {
  const std::set<int> known = {0x00, 0x10, 0x20, 0x30, 0x60, 0x70};
  scp::InitializeUpdateResponse answer;
  answer.scp = scp::kScp03;
  for (int i = 0; i < 0x100; ++i) {
    answer.i = static_cast<uint8_t>(i);
    const absl::Status status = CheckChannel(answer);
    if (known.count(i) != 0) {
      EXPECT_OK(status) << i;
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnimplemented)) << i;
    }
  }
}

}  // namespace
}  // namespace cardferry::keyvault
