// What is selected by default: after a reset, and by SELECT without a name.
#include <string>

#include "absl/strings/str_cat.h"
#include "cardsim/card/card.h"
#include "cardsim/testing/memory_store.h"
#include "cardsim/testing/test_card.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

using testing::HasSubstr;

constexpr char kPackage[] = "F04346455252590A";
constexpr char kModule[] = "F04346455252590A01";
constexpr char kSelectIsd[] = "00A4040008A00000015100000000";
constexpr char kSelectFirst[] = "00A40400";
constexpr char kIsdSelected[] = "6F108408A000000151000000A5049F6501FF9000";

class CardDefaultTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(card_.card().KeepIn(store_));
    ASSERT_EQ(card_.Open(0x03), "9000");
    ASSERT_EQ(card_.Load(kPackage, TestLoadFile({})), "009000");
  }
  std::string InstallAsDefault() {
    return card_.Secure(
        Command("80E60C00", absl::StrCat("08", kPackage, "09", kModule, "09",
                                         kModule, "010402C90000")));
  }
  // Who answers: GET DATA is none of the applet's commands.
  static std::string Selected(TestCard& card) {
    return card.Send("80CA004500") == "6D00" ? "applet" : "domain";
  }
  std::string SelectedAfterReset() {
    card_.card().Reset();
    return Selected(card_);
  }
  std::string SetStatus(absl::string_view p1_p2, absl::string_view data = "") {
    return card_.Secure(absl::StrCat("80F0", p1_p2, data));
  }

  MemoryStore store_;
  TestCard card_;
};

TEST_F(CardDefaultTest, AResetAndASelectWithoutNameSelectTheApplication) {
  ASSERT_EQ(InstallAsDefault(), "009000");
  EXPECT_THAT(card_.Secure("80F24002024F0000"), HasSubstr("C503040000"));
  EXPECT_EQ(Selected(card_), "domain");  // until the reset
  EXPECT_EQ(SelectedAfterReset(), "applet");
  EXPECT_EQ(card_.Send(kSelectIsd), kIsdSelected);
  EXPECT_EQ(Selected(card_), "domain");
  EXPECT_EQ(card_.Send(kSelectFirst), "9000");
  EXPECT_EQ(Selected(card_), "applet");
}

TEST_F(CardDefaultTest, ItIsKeptWithoutPower) {
  ASSERT_EQ(InstallAsDefault(), "009000");
  TestCard again(store_.last);
  EXPECT_EQ(Selected(again), "applet");
}

TEST_F(CardDefaultTest, AnApplicationThatIsThereCanBecomeTheDefault) {
  ASSERT_EQ(card_.Install(kPackage, kModule, kModule), "009000");
  EXPECT_EQ(SelectedAfterReset(), "domain");
  ASSERT_EQ(card_.Open(0x03), "9000");
  EXPECT_EQ(card_.Secure(Command("80E60800",
                                 absl::StrCat("000009", kModule, "01040000"))),
            "009000");
  EXPECT_EQ(SelectedAfterReset(), "applet");
}

TEST_F(CardDefaultTest, ItIsTheDomainWhileTheApplicationIsLocked) {
  ASSERT_EQ(InstallAsDefault(), "009000");
  const std::string name = absl::StrCat("09", kModule);
  ASSERT_EQ(SetStatus("4080", name), "9000");
  EXPECT_EQ(SelectedAfterReset(), "domain");
  EXPECT_EQ(card_.Send(kSelectFirst), kIsdSelected);
  ASSERT_EQ(card_.Open(0x03), "9000");
  ASSERT_EQ(SetStatus("4000", name), "9000");
  EXPECT_EQ(SelectedAfterReset(), "applet");
}

TEST_F(CardDefaultTest, ItIsTheDomainWhileTheCardIsLocked) {
  ASSERT_EQ(InstallAsDefault(), "009000");
  ASSERT_EQ(SetStatus("807F"), "9000");
  EXPECT_EQ(SelectedAfterReset(), "domain");
  ASSERT_EQ(card_.Open(0x03), "9000");
  ASSERT_EQ(SetStatus("800F"), "9000");
  EXPECT_EQ(SelectedAfterReset(), "applet");
}

TEST_F(CardDefaultTest, ItIsTheDomainAgainWhenTheApplicationIsDeleted) {
  ASSERT_EQ(InstallAsDefault(), "009000");
  ASSERT_EQ(card_.Secure(Command("80E40000", absl::StrCat("4F09", kModule))),
            "009000");
  EXPECT_EQ(SelectedAfterReset(), "domain");
  EXPECT_EQ(card_.Send(kSelectFirst), kIsdSelected);
}

}  // namespace
}  // namespace cardferry::cardsim
