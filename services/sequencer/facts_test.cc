#include "services/sequencer/facts.h"

#include "gtest/gtest.h"
#include "services/sequencer/conclusion.h"

namespace cardferry::sequencer {
namespace {

const card::Aid kPackage = *card::Aid::FromHex("F043464552");
const card::Aid kOneModule = *card::Aid::FromHex("F04346455201");
const card::Aid kOtherModule = *card::Aid::FromHex("F04346455202");

// A card that has a package with one module, and a bundle for one that should
// have these.
class OtherPackageTest : public testing::Test {
 protected:
  OtherPackageTest() {
    card::StatusEntry package{kPackage, {}, {}, {}, {}, {}};
    package.modules = {kOneModule};
    content_.load_files = {package};
  }
  bool IsOther(const std::vector<card::Aid>& modules) {
    WantedPackage wanted{{kPackage, 1, 0}, Bytes(32, 0xAA), {}};
    wanted.modules = modules;
    state_.wanted = {wanted};
    return HoldsOtherPackage(state_, content_);
  }

  BundleState state_;
  CardContent content_;
};

TEST_F(OtherPackageTest, LacksAModule) {
  EXPECT_FALSE(IsOther({}));
  EXPECT_FALSE(IsOther({kOneModule}));
  EXPECT_TRUE(IsOther({kOneModule, kOtherModule}));
}

TEST_F(OtherPackageTest, IsNotSeenWhereNoModulesAreListed) {
  content_.load_files[0].modules.clear();
  EXPECT_FALSE(IsOther({kOtherModule}));
  content_.load_files.clear();
  EXPECT_FALSE(IsOther({kOtherModule}));
}

TEST_F(OtherPackageTest, IsNotWhatWasLoadedJustNow) {
  state_.runs = {{CommandKind::kInstallForLoad, kPackage, 1}};
  EXPECT_FALSE(IsOther({kOtherModule}));
  state_.runs = {{CommandKind::kInstallForLoad, kOneModule, 1}};
  EXPECT_TRUE(IsOther({kOtherModule}));
}

// Read at the end of a bundle that changes nothing.
TEST_F(OtherPackageTest, IsPlannedForAgain) {
  const auto answer = [](const std::string& hex, uint16_t sw) {
    return card::ResponseApdu{FromHexOrDie(hex), card::StatusWord(sw)};
  };
  IsOther({kOneModule, kOtherModule});
  state_.record.card_id = "demo/00";
  state_.runs = {{CommandKind::kAuthenticate, {}, 1},
                 {CommandKind::kReadLoadFiles, {}, 1},
                 {CommandKind::kReadApplications, {}, 1},
                 {CommandKind::kReadModules, {}, 1}};
  const card::Transcript read = {
      {answer("", 0x9000), answer("E3074F05F043464552", 0x9000),
       answer("", 0x6A88),
       answer("E30F4F05F0434645528406F04346455201", 0x9000)},
      card::RunEnd::kDone};
  const auto conclusion = Conclude(state_, read);
  ASSERT_TRUE(conclusion.ok()) << conclusion.status();
  EXPECT_EQ(conclusion->outcome, Outcome::kCardDiffers);
  EXPECT_EQ(conclusion->reason,
            "The card lists other applets for a package of a desired one's "
            "version: it is another, and what is to be done is planned "
            "again.");
}

}  // namespace
}  // namespace cardferry::sequencer
