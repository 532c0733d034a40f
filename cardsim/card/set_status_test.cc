#include "cardsim/card/set_status.h"

#include "cardsim/applets/applet_factory.h"
#include "cardsim/card/life_cycle.h"
#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

constexpr char kApplication[] = "F04346455252590101";

card::Aid AidOf(absl::string_view hex) { return *card::Aid::FromHex(hex); }

class SetStatusTest : public testing::Test {
 protected:
  void SetUp() override {
    const card::Aid package = AidOf("F043464552525901");
    ASSERT_OK(registry_.AddApplication(Application{AidOf(kApplication),
                                                   package,
                                                   AidOf(kApplication),
                                                   kSelectable,
                                                   {},
                                                   10,
                                                   *MakeApplet(package, {})}));
  }

  uint16_t Set(uint8_t p1, uint8_t p2, absl::string_view data = "") {
    const auto command =
        card::CommandApdu::Create({0x80, 0xF0, p1, p2}, FromHexOrDie(data));
    return StatusWordOf(SetStatus(*command, registry_.isd(), registry_))
        .value();
  }
  int life_cycle() {
    return registry_.FindApplication(AidOf(kApplication))->life_cycle;
  }

  Registry registry_{AidOf("A000000151000000"), 1000};
};

TEST_F(SetStatusTest, LocksUnlocksAndTerminatesTheCard) {
  EXPECT_EQ(registry_.card_life_cycle(), kSecured);
  EXPECT_EQ(Set(0x80, kCardLocked, "A000000151000000"), 0x9000);
  EXPECT_EQ(registry_.card_life_cycle(), kCardLocked);
  EXPECT_EQ(Set(0x80, kSecured), 0x9000);
  EXPECT_EQ(Set(0x80, kTerminated), 0x9000);
  EXPECT_EQ(Set(0x80, kSecured), 0x6985);
  EXPECT_EQ(registry_.card_life_cycle(), kTerminated);
}

TEST_F(SetStatusTest, NeverGoesBack) {
  EXPECT_EQ(Set(0x80, kInitialized), 0x6985);
  EXPECT_EQ(Set(0x80, kOpReady), 0x6985);
  EXPECT_EQ(Set(0x80, kSecured), 0x6985);
  registry_.set_card_life_cycle(kOpReady);
  EXPECT_EQ(Set(0x80, kSecured), 0x6985);
  EXPECT_EQ(Set(0x80, kInitialized), 0x9000);
  EXPECT_EQ(Set(0x80, kSecured), 0x9000);
}

TEST_F(SetStatusTest, LocksAnApplicationAndGivesItsStateBack) {
  EXPECT_EQ(Set(0x40, 0x80, kApplication), 0x9000);
  EXPECT_EQ(life_cycle(), 0x87);
  EXPECT_EQ(Set(0x40, 0x80, kApplication), 0x6985);
  EXPECT_EQ(Set(0x40, 0x00, kApplication), 0x9000);
  EXPECT_EQ(life_cycle(), 0x07);
  EXPECT_EQ(Set(0x40, 0x07, kApplication), 0x6985);
}

TEST_F(SetStatusTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(Set(0x40, 0x80, "F04346455252590102"), 0x6A88);
  EXPECT_EQ(Set(0x40, 0x80, "F043"), 0x6A80);
  EXPECT_EQ(Set(0x20, 0x80, kApplication), 0x6A86);
  EXPECT_EQ(Set(0x60, 0x80, kApplication), 0x6A88);  // is no domain
  EXPECT_EQ(Set(0x80, 0x3F), 0x6A86);
  EXPECT_EQ(life_cycle(), 0x07);
}

}  // namespace
}  // namespace cardferry::cardsim
