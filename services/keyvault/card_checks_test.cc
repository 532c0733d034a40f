#include "services/keyvault/card_checks.h"

#include <map>
#include <set>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

using scp::SecurityLevel;

constexpr scp::ChannelProtocol kWithREnc = {scp::kScp03, 0x70};
constexpr scp::ChannelProtocol kWithRMac = {scp::kScp02, 0x35};
constexpr scp::ChannelProtocol kPlain = {scp::kScp03, 0x10};

TEST(ChooseLevelTest, TakesAllBitsOfBothFloorsAndOnlyWhatTheChannelHas) {
  for (const scp::ChannelProtocol& protocol : {kWithREnc, kWithRMac, kPlain}) {
    for (uint32_t policy = 0; policy < 0x100; ++policy) {
      for (const uint32_t requested : {0u, 1u, 3u, 0x11u, 0x13u, 0x33u}) {
        const absl::StatusOr<SecurityLevel> level =
            ChooseLevel(protocol, static_cast<uint8_t>(policy), requested);
        const auto wanted = static_cast<SecurityLevel>(policy | requested);
        if (wanted != SecurityLevel::kNone && scp::IsLegal(protocol, wanted)) {
          ASSERT_THAT(level, IsOkAndHolds(wanted));
        } else {
          ASSERT_THAT(level, StatusIs(absl::StatusCode::kInvalidArgument))
              << policy << " " << requested;
        }
      }
    }
  }
}

TEST(ChooseLevelTest, ACallerMayRaiseAndNeverLower) {
  EXPECT_THAT(ChooseLevel(kWithREnc, 0x01, 0x00),
              IsOkAndHolds(SecurityLevel::kCMac));
  EXPECT_THAT(ChooseLevel(kWithREnc, 0x01, 0x13),
              IsOkAndHolds(SecurityLevel::kCDecCMacRMac));
  EXPECT_THAT(ChooseLevel(kWithREnc, 0x33, 0x01),
              IsOkAndHolds(SecurityLevel::kCDecCMacRMacREnc));
  EXPECT_THAT(ChooseLevel(kPlain, 0x00, 0x00),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a session without protection (00)"));
}

TEST(ChooseLevelTest, ACardThatClaimsLessThanTheFloorIsRefused) {
  EXPECT_THAT(ChooseLevel(kPlain, 0x33, 0x00),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "security level 33 is wanted, which SCP03 with i 10 "
                       "does not have"));
  EXPECT_THAT(ChooseLevel(kWithRMac, std::nullopt, 0x33),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ChooseLevel({scp::kScp01, 0x15}, std::nullopt, 0x13),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

// By SCP and `i`, for all that are there.
TEST(ChooseLevelTest, WithoutAPolicyItIsTheHighestThatTheChannelHas) {
  const std::map<uint8_t, std::map<uint8_t, uint8_t>> floors = {
      {scp::kScp01, {{0x05, 0x03}, {0x15, 0x03}}},
      {scp::kScp02,
       {{0x15, 0x03},
        {0x55, 0x03},
        {0x35, 0x13},
        {0x75, 0x13},
        {0x1B, 0x01},
        {0x3A, 0x01}}},
      {scp::kScp03,
       {{0x00, 0x03},
        {0x10, 0x03},
        {0x20, 0x13},
        {0x30, 0x13},
        {0x60, 0x33},
        {0x70, 0x33},
        {0x01, 0x03},
        {0x11, 0x03},
        {0x21, 0x13},
        {0x31, 0x13},
        {0x61, 0x33},
        {0x71, 0x33}}}};
  for (const auto& [scp, by_i] : floors) {
    for (const auto& [i, floor] : by_i) {
      EXPECT_THAT(ChooseLevel({scp, i}, std::nullopt, 0x00),
                  IsOkAndHolds(static_cast<SecurityLevel>(floor)))
          << int{scp} << " " << int{i};
    }
  }
}

TEST(CheckLevelFloorTest, KnowsTheLevelsThatSomeChannelHas) {
  for (uint32_t floor = 0; floor < 0x200; ++floor) {
    const bool known = floor == 0 || floor == 1 || floor == 3 ||
                       floor == 0x11 || floor == 0x13 || floor == 0x33;
    EXPECT_EQ(CheckLevelFloor(floor).ok(), known) << floor;
    EXPECT_EQ(ChooseLevel(kWithREnc, 0x01, floor).ok(), known) << floor;
  }
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

TEST(ChooseProtocolTest, TakesTwelveValuesOfIFromAnScp03Card) {
  const std::set<int> known = {0x00, 0x10, 0x20, 0x30, 0x60, 0x70,
                               0x01, 0x11, 0x21, 0x31, 0x61, 0x71};
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

TEST(ChooseProtocolTest, TakesTwoValuesOfIForAnScp02CardByDefault) {
  const std::set<uint32_t> there = {
      0x04, 0x05, 0x14, 0x15, 0x44, 0x45, 0x54, 0x55, 0x24, 0x25, 0x34, 0x35,
      0x64, 0x65, 0x74, 0x75,
      // Implicit.
      0x0A, 0x0B, 0x1A, 0x1B, 0x2A, 0x2B, 0x3A, 0x3B};
  for (uint32_t i = 1; i < 0x100; ++i) {
    const auto protocol = ChooseProtocol(Scp02Answer(), i, DesKeySet(), {});
    if (i == 0x15 || i == 0x35) {
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
  EXPECT_THAT(ChooseProtocol(Scp02Answer(), 0x1C, DesKeySet(), {0x1C}),
              StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_OK(ChooseProtocol(Scp02Answer(), 0x1A, DesKeySet(), {0x1A}));
}

TEST(ChooseProtocolTest, TakesOneValueOfIForAnScp01CardByDefault) {
  KeySetDescription old = DesKeySet();
  old.protocol = scp::kScp01;
  scp::InitializeUpdateResponse answer;
  answer.scp = scp::kScp01;
  ASSERT_OK_AND_ASSIGN(const scp::ChannelProtocol protocol,
                       ChooseProtocol(answer, 0x15, old, {}));
  EXPECT_EQ(protocol, (scp::ChannelProtocol{scp::kScp01, 0x15}));
  EXPECT_THAT(ChooseProtocol(answer, 0x05, old, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_OK(ChooseProtocol(answer, 0x05, old, {0x05}));
  EXPECT_THAT(ChooseProtocol(Scp02Answer(), 0x15, old, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the card offers SCP02, the keys of key set des are for "
                       "SCP01 only"));
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
                       "this card does not say its i: channel_options must"));
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
