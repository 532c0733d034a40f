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

KeySetDescription AesKeySet() { return {"aes", 1, 0x30, "kdf3", 128}; }
KeySetDescription DesKeySet() { return {"des", 1, 0x30, "visa2", 112}; }

scp::InitializeUpdateResponse Scp03Answer(uint8_t i) {
  scp::InitializeUpdateResponse answer;
  answer.scp = scp::kScp03;
  answer.i = i;
  return answer;
}
scp::InitializeUpdateResponse Scp02Answer() {
  scp::InitializeUpdateResponse answer;
  answer.scp = scp::kScp02;
  return answer;
}

TEST(ChooseProtocolTest, TakesSixValuesOfIFromAnScp03Card) {
  const std::set<int> known = {0x00, 0x10, 0x20, 0x30, 0x60, 0x70};
  for (int i = 0; i < 0x100; ++i) {
    const auto protocol = ChooseProtocol(Scp03Answer(static_cast<uint8_t>(i)),
                                         0, AesKeySet(), {});
    if (known.count(i) != 0) {
      ASSERT_OK(protocol) << i;
      EXPECT_EQ(protocol->scp, scp::kScp03);
      EXPECT_EQ(protocol->i, i);
    } else {
      EXPECT_THAT(protocol, StatusIs(absl::StatusCode::kUnimplemented)) << i;
    }
  }
}

TEST(ChooseProtocolTest, TakesOneValueOfIForAnScp02CardByDefault) {
  const std::set<uint32_t> there = {0x04, 0x05, 0x14, 0x15, 0x44, 0x45,
                                    0x54, 0x55, 0x24, 0x25, 0x34, 0x35,
                                    0x64, 0x65, 0x74, 0x75};
  for (uint32_t i = 1; i < 0x100; ++i) {
    const auto protocol = ChooseProtocol(Scp02Answer(), i, DesKeySet(), {});
    if (i == 0x15) {
      ASSERT_OK(protocol) << i;
      EXPECT_EQ(protocol->scp, scp::kScp02);
      EXPECT_EQ(protocol->i, i);
    } else {
      EXPECT_THAT(protocol, StatusIs(there.count(i) != 0
                                         ? absl::StatusCode::kInvalidArgument
                                         : absl::StatusCode::kUnimplemented))
          << i;
    }
  }
  EXPECT_THAT(
      ChooseProtocol(Scp02Answer(), 0x05, DesKeySet(), {}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "key set des does not allow SCP02 with i 05 (channel_options "
               "of its policy)"));
}

TEST(ChooseProtocolTest, TakesWhatThePolicyAllowsAndNothingElse) {
  EXPECT_OK(ChooseProtocol(Scp02Answer(), 0x05, DesKeySet(), {0x05}));
  EXPECT_OK(ChooseProtocol(Scp02Answer(), 0x55, DesKeySet(), {0x15, 0x55}));
  EXPECT_THAT(ChooseProtocol(Scp02Answer(), 0x15, DesKeySet(), {0x05}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_OK(ChooseProtocol(Scp03Answer(0x70), 0, AesKeySet(), {0x70}));
  EXPECT_THAT(ChooseProtocol(Scp03Answer(0x00), 0, AesKeySet(), {0x70}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  // What is not there stays so, whatever the policy says.
  EXPECT_THAT(ChooseProtocol(Scp02Answer(), 0x1A, DesKeySet(), {0x1A}),
              StatusIs(absl::StatusCode::kUnimplemented));
}

TEST(ChooseProtocolTest, GivesNoKeySetToTheOtherProtocol) {
  EXPECT_THAT(ChooseProtocol(Scp03Answer(0x70), 0, DesKeySet(), {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the card offers SCP03, the keys of key set des are for "
                       "SCP02 only"));
  EXPECT_THAT(ChooseProtocol(Scp02Answer(), 0x15, AesKeySet(), {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the card offers SCP02, the keys of key set aes are for "
                       "SCP03 only"));
}

TEST(ChooseProtocolTest, WantsIFromTheCallerWhereTheCardDoesNotSayIt) {
  EXPECT_THAT(ChooseProtocol(Scp02Answer(), 0, DesKeySet(), {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "an SCP02 card does not say its i: channel_options "
                       "must"));
  EXPECT_THAT(ChooseProtocol(Scp02Answer(), 0x115, DesKeySet(), {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "channel_options is not one byte"));
  EXPECT_OK(ChooseProtocol(Scp03Answer(0x70), 0x70, AesKeySet(), {}));
  EXPECT_THAT(ChooseProtocol(Scp03Answer(0x70), 0x60, AesKeySet(), {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the card says i 70, the caller 60"));
}

}  // namespace
}  // namespace cardferry::keyvault
