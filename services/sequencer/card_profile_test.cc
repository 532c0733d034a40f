#include "services/sequencer/card_profile.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/testing/test_profiles.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::ElementsAre;

card::Aid A(const std::string& hex) { return *card::Aid::FromHex(hex); }

class CardProfileTest : public testing::Test {
 protected:
  CardProfileTest() {
    claim_.isd_aid = A("A000000151000000");
    claim_.identity = card::ClaimedIdentity{{}, 0x30, 3, uint8_t{0x70}, {}};
    claim_.cplc =
        card::Cplc{FromHexOrDie("479051674700" + std::string(72, '0'))};
  }
  CardProfile profile_ = TestProfile("demo", 0x30);
  CardClaim claim_;
};

TEST_F(CardProfileTest, FitsTheCardThatItDescribes) {
  EXPECT_TRUE(profile_.MayBe(claim_));
  profile_.match.i = {0x60, 0x70};
  profile_.match.ic_fabricator = FromHexOrDie("4790");
  profile_.match.ic_type = FromHexOrDie("5167");
  profile_.match.operating_system = FromHexOrDie("4700");
  EXPECT_TRUE(profile_.MayBe(claim_));
}

TEST_F(CardProfileTest, EveryRuleCounts) {
  const auto fits = [this](auto change) {
    CardProfile profile = profile_;
    change(profile.match);
    return profile.MayBe(claim_);
  };
  EXPECT_FALSE(fits([](auto& m) { m.isd_aid = A("A000000003000000"); }));
  EXPECT_FALSE(fits([](auto& m) { m.scp = 2; }));
  EXPECT_FALSE(fits([](auto& m) { m.i = {0x10}; }));
  EXPECT_FALSE(fits([](auto& m) { m.key_version_numbers = {0x31}; }));
  EXPECT_FALSE(fits([](auto& m) { m.ic_fabricator = {1, 2}; }));
  EXPECT_FALSE(fits([](auto& m) { m.ic_type = {1, 2}; }));
  EXPECT_FALSE(fits([](auto& m) { m.operating_system = {1, 2}; }));
}

TEST_F(CardProfileTest, ProductionDataThatAreAskedForMustBeThere) {
  claim_.cplc.reset();
  EXPECT_TRUE(profile_.MayBe(claim_));
  profile_.match.ic_type = FromHexOrDie("5167");
  EXPECT_FALSE(profile_.MayBe(claim_));
}

TEST_F(CardProfileTest, WithoutAChallengeTheRecognitionDataDecide) {
  claim_.identity.reset();
  profile_.match.i = {0x70};
  EXPECT_TRUE(profile_.MayBe(claim_));  // it did not say anything
  claim_.channels = {{2, 0x55}, {3, 0x70}};
  EXPECT_TRUE(profile_.MayBe(claim_));
  claim_.channels = {{2, 0x55}, {3, 0x60}};
  EXPECT_FALSE(profile_.MayBe(claim_));
}

class Scp02ProfileTest : public CardProfileTest {
 protected:
  Scp02ProfileTest() {
    claim_.identity = card::ClaimedIdentity{{}, 0x30, 2, std::nullopt, 1};
  }
  CardProfile profile_ = Scp02TestProfile("demo", 0x30, 0x15);
};

TEST_F(Scp02ProfileTest, TheFallbackStandsForWhatACardDoesNotSay) {
  EXPECT_TRUE(profile_.MayBe(claim_));
  EXPECT_EQ(profile_.ChannelOptions(claim_), 0x15);
  profile_.fallback_i = 0;
  EXPECT_FALSE(profile_.MayBe(claim_));
  claim_.identity.reset();
  EXPECT_TRUE(profile_.MayBe(claim_));  // it may yet say it
}

TEST_F(Scp02ProfileTest, WhatTheCardSaysCounts) {
  profile_.match.i = {0x15, 0x55};
  claim_.channels = {{3, 0x70}, {2, 0x05}, {2, 0x55}, {2, 0x15}};
  EXPECT_TRUE(profile_.MayBe(claim_));
  EXPECT_EQ(profile_.ChannelOptions(claim_), 0x55);
  claim_.channels = {{2, 0x05}};
  EXPECT_FALSE(profile_.MayBe(claim_));
  profile_.match.i.clear();
  EXPECT_TRUE(profile_.MayBe(claim_));
  EXPECT_EQ(profile_.ChannelOptions(claim_), 0x05);
}

TEST_F(CardProfileTest, Scp03SaysItsOptionsInInitializeUpdate) {
  claim_.channels = {{3, 0x10}};
  EXPECT_EQ(profile_.ChannelOptions(claim_), 0x00);
}

TEST_F(CardProfileTest, KnowsPackagesInTheMaskByWhatTheyBeginWith) {
  EXPECT_TRUE(profile_.IsBuiltIn(A("A0000000620101")));
  EXPECT_FALSE(profile_.IsBuiltIn(A("F043464552525902")));
  EXPECT_TRUE(profile_.IsBuiltIn(A("A000000062")));
}

TEST_F(CardProfileTest, ACardMayTakeShorterCommandsThanItsType) {
  EXPECT_EQ(profile_.ProtectionOf(claim_, 0x33).command_bytes, 255u);
  profile_.longest_command = 1024;
  EXPECT_EQ(profile_.ProtectionOf(claim_, 0x33).command_bytes, 1024u);
  claim_.longest_command = 255;  // as cards say that take more
  EXPECT_EQ(profile_.ProtectionOf(claim_, 0x33).command_bytes, 1024u);
  claim_.longest_command = 512;
  EXPECT_EQ(profile_.ProtectionOf(claim_, 0x33).command_bytes, 512u);
  claim_.longest_command = 4096;
  EXPECT_EQ(profile_.ProtectionOf(claim_, 0x33).command_bytes, 1024u);
  claim_.longest_command = 128;
  profile_.longest_command = 255;
  EXPECT_EQ(profile_.ProtectionOf(claim_, 0x33).command_bytes, 128u);
}

TEST_F(CardProfileTest, Scp01EncryptsShortCommandsOnly) {
  profile_.longest_command = 1024;
  claim_.identity->scp = 1;
  EXPECT_EQ(profile_.ProtectionOf(claim_, 0x03).command_bytes, 255u);
  EXPECT_EQ(profile_.ProtectionOf(claim_, 0x01).command_bytes, 1024u);
}

TEST_F(CardProfileTest, WithoutACardTheTypeSaysWhatIsLeftForData) {
  EXPECT_EQ(profile_.UsualProtection(0x01).mac_bytes, 8);
  profile_.longest_command = 1024;
  EXPECT_EQ(profile_.UsualProtection(0x33).command_bytes, 1024u);
  EXPECT_EQ(profile_.UsualProtection(0x33).level, 0x33);
  profile_.match.i = {0x70, 0x71};
  EXPECT_EQ(profile_.UsualProtection(0x01).mac_bytes, 16);
  profile_.match.scp = 1;
  profile_.match.i = {0x05, 0x15};
  EXPECT_EQ(profile_.UsualProtection(0x03).command_bytes, 255u);
  EXPECT_EQ(profile_.UsualProtection(0x01).command_bytes, 1024u);
  EXPECT_EQ(profile_.UsualProtection(0x01).mac_bytes, 8);
}

TEST_F(CardProfileTest, TheCatalogFindsTheOneThatFits) {
  ASSERT_OK_AND_ASSIGN(
      const ProfileCatalog catalog,
      ProfileCatalog::Create({TestProfile("b", 0x31), TestProfile("a", 0x30)}));
  ASSERT_OK_AND_ASSIGN(const CardProfile* found, catalog.Find(claim_));
  EXPECT_EQ(found->name, "a");
  claim_.identity->key_version_number = 0x32;
  EXPECT_THAT(catalog.Find(claim_),
              StatusIs(StatusCode::kNotFound,
                       "no card profile fits this card (ISD "
                       "A000000151000000, SCP03 i 70, key version 32, IC 4790 "
                       "5167, OS 4700)"));
  claim_.identity.reset();
  EXPECT_THAT(catalog.Find(claim_), StatusIs(StatusCode::kFailedPrecondition,
                                             "the card may be a or b"));
}

TEST_F(CardProfileTest, TheCatalogLooksForEachSecurityDomainOnce) {
  CardProfile other = TestProfile("c", 0x30);
  other.match.isd_aid = A("A000000003000000");
  ASSERT_OK_AND_ASSIGN(const ProfileCatalog catalog,
                       ProfileCatalog::Create({other, TestProfile("b", 0x31),
                                               TestProfile("a", 0x30)}));
  const Questions questions = catalog.WhatToAsk();
  EXPECT_THAT(questions.security_domains,
              ElementsAre(A("A000000151000000"), A("A000000003000000")));
  EXPECT_FALSE(questions.resources);
}

TEST_F(CardProfileTest, OnlyCardsThatMayTellAreAskedForTheirResources) {
  CardProfile tells = TestProfile("tells", 0x31);
  tells.tells_resources = true;
  EXPECT_TRUE(ProfileCatalog::Create({profile_, tells})->WhatToAsk().resources);
}

TEST_F(CardProfileTest, OnlyCardsThatMayTellAreAskedForTheirNumbers) {
  CardProfile tells = TestProfile("tells", 0x31);
  EXPECT_FALSE(ProfileCatalog::Create({profile_, tells})->WhatToAsk().numbers);
  tells.tells_numbers = true;
  EXPECT_TRUE(ProfileCatalog::Create({profile_, tells})->WhatToAsk().numbers);
}

TEST_F(CardProfileTest, TheLongChallengeIsForWhoeverNamesAnIOfS16Mode) {
  CardProfile s16 = TestProfile("s16", 0x31);
  s16.match.i = {0x71};
  const auto ask = [](std::vector<CardProfile> profiles) {
    const auto catalog = ProfileCatalog::Create(std::move(profiles));
    const Questions questions = catalog->WhatToAsk();
    return std::make_pair(questions.short_challenge, questions.long_challenge);
  };
  EXPECT_EQ(ask({profile_}), std::make_pair(true, false));
  EXPECT_EQ(ask({s16}), std::make_pair(false, true));
  EXPECT_EQ(ask({profile_, s16}), std::make_pair(true, true));
  s16.match.i = {0x70, 0x71};
  EXPECT_EQ(ask({s16}), std::make_pair(true, true));
  // What would be S16 in SCP03 is a base key less in SCP02.
  EXPECT_EQ(ask({Scp02TestProfile("c", 0x20, 0x15)}),
            std::make_pair(true, false));
}

TEST_F(CardProfileTest, HowItsSessionBeganIsAsItsOptionsSay) {
  const CardProfile implicit = Scp02TestProfile("implicit", 0x20, 0x1B);
  const CardProfile with_iu = Scp02TestProfile("explicit", 0x20, 0x15);
  const Questions questions = ProfileCatalog::Create({implicit})->WhatToAsk();
  EXPECT_TRUE(questions.no_challenge);
  EXPECT_FALSE(questions.short_challenge);
  claim_.identity = card::ClaimedIdentity{{}, 0x20, 2, {}, 7};
  claim_.channels.clear();
  claim_.implicit = true;
  EXPECT_TRUE(implicit.MayBe(claim_));
  EXPECT_FALSE(with_iu.MayBe(claim_));
  claim_.implicit = false;
  EXPECT_FALSE(implicit.MayBe(claim_));
  EXPECT_TRUE(with_iu.MayBe(claim_));
}

TEST_F(CardProfileTest, TwoFallbacksAreOneTooMany) {
  const CardProfile a = Scp02TestProfile("a", 0x20, 0x15);
  CardProfile b = Scp02TestProfile("b", 0x20, 0x55);
  EXPECT_THAT(ProfileCatalog::Create({a, b}),
              StatusIs(StatusCode::kInvalidArgument,
                       "the card profiles a and b could match one card: tell "
                       "them apart"));
  b.fallback_i = 0;
  EXPECT_OK(ProfileCatalog::Create({a, b}));
}

TEST_F(CardProfileTest, TheCatalogRefusesProfilesThatCouldMatchOneCard) {
  const auto status = [this](auto change) {
    CardProfile other = profile_;
    other.name = "other";
    change(other);
    return ProfileCatalog::Create({profile_, other}).status();
  };
  const auto refused =
      StatusIs(StatusCode::kInvalidArgument,
               "the card profiles demo and other could match one card: tell "
               "them apart");
  EXPECT_THAT(status([](auto&) {}), refused);
  EXPECT_THAT(status([](auto& p) { p.match.key_version_numbers.clear(); }),
              refused);
  EXPECT_THAT(status([](auto& p) { p.match.i = {0x10}; }), refused);
  EXPECT_THAT(status([](auto& p) { p.match.ic_type = {1, 2}; }), refused);
  EXPECT_OK(status([](auto& p) { p.match.scp = 2; }));
  EXPECT_OK(status([](auto& p) { p.match.key_version_numbers = {1}; }));
  EXPECT_THAT(status([](auto& p) {
                p.match.scp = 2;
                p.name = "demo";
              }),
              StatusIs(StatusCode::kInvalidArgument,
                       "two card profiles are named demo"));
}

TEST(ProfileCatalogTest, MayBeEmptyAndThenNoCardIsOfAType) {
  ASSERT_OK_AND_ASSIGN(const ProfileCatalog none, ProfileCatalog::Create({}));
  EXPECT_TRUE(none.WhatToAsk().security_domains.empty());
  EXPECT_FALSE(none.WhatToAsk().short_challenge);
  EXPECT_THAT(none.Find(CardClaim()), StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::sequencer
