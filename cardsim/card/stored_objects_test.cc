#include "cardsim/card/stored_objects.h"

#include <string>

#include "cardsim/card_error.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

class StoredObjectsTest : public testing::Test {
 protected:
  uint16_t Store(uint8_t p1, uint8_t p2, absl::string_view data) {
    const auto command =
        card::CommandApdu::Create({0x80, 0xE2, p1, p2}, FromHexOrDie(data));
    return StatusWordOf(objects_.Store(*command)).value();
  }
  std::string Find(uint16_t tag) {
    const auto object = objects_.Find(tag);
    return object.has_value() ? ToHex(*object) : "none";
  }

  StoredObjects objects_;
};

TEST_F(StoredObjectsTest, KeepsTheIssuersNumbers) {
  EXPECT_EQ(Find(0x42), "none");
  EXPECT_EQ(Store(0x80, 0x00, "4203123456"), 0x9000);
  EXPECT_EQ(Store(0x90, 0x00, "4502ABCD5F500161"), 0x9000);
  EXPECT_EQ(Find(0x42), "4203123456");
  EXPECT_EQ(Find(0x45), "4502ABCD");
  EXPECT_EQ(Find(0x5F50), "5F500161");
  EXPECT_EQ(Store(0x80, 0x00, "420199"), 0x9000);
  EXPECT_EQ(Find(0x42), "420199");
}

TEST_F(StoredObjectsTest, AHostMaySayThatItAwaitsAnAnswer) {
  EXPECT_EQ(Store(0x01, 0x00, "42051122334455"), 0x9000);
  EXPECT_EQ(Store(0x91, 0x01, "450199"), 0x9000);
  EXPECT_EQ(Find(0x42), "42051122334455");
  EXPECT_EQ(Find(0x45), "450199");
  EXPECT_EQ(Store(0x81, 0x00, "42051122334466"), 0x9000);
  EXPECT_EQ(Find(0x42), "42051122334466");
  EXPECT_EQ(Store(0x83, 0x00, "420111"), 0x6A86);
}

TEST_F(StoredObjectsTest, PartsOfTheProductionDataGoToTheirPlaces) {
  const Bytes factory(42, 0x11);
  EXPECT_EQ(objects_.Production(factory), factory);
  EXPECT_EQ(Store(0x80, 0x00, "9F67080102030405060708"), 0x9000);
  EXPECT_EQ(Store(0x80, 0x00, "9F660821222324252627289F6600"), 0x6A80);
  EXPECT_EQ(Store(0x80, 0x00, "9F660721222324252627"), 0x6A80);
  EXPECT_EQ(Store(0x80, 0x00, "9F6609212223242526272829"), 0x6A80);
  EXPECT_EQ(ToHex(objects_.Production(factory)),
            std::string(68, '1') + "0102030405060708");
  EXPECT_EQ(Store(0x80, 0x00, "9F66082122232425262728"), 0x9000);
  EXPECT_EQ(ToHex(objects_.Production(factory)),
            std::string(52, '1') + "21222324252627280102030405060708");
  EXPECT_EQ(Find(0x9F66), "none");
}

TEST_F(StoredObjectsTest, BlocksAreNumberedFromZeroWithoutAGap) {
  EXPECT_EQ(Store(0x10, 0x00, "420111"), 0x9000);
  EXPECT_EQ(Store(0x10, 0x01, "420122"), 0x9000);
  EXPECT_EQ(Store(0x90, 0x02, "420133"), 0x9000);
  EXPECT_EQ(Store(0x90, 0x03, "420144"), 0x6985);
  EXPECT_EQ(Store(0x10, 0x00, "420155"), 0x9000);
  EXPECT_EQ(Store(0x90, 0x02, "420166"), 0x6985);
  EXPECT_EQ(Store(0x90, 0x01, "420177"), 0x6985);  // begins again
  EXPECT_EQ(Find(0x42), "420155");
}

TEST_F(StoredObjectsTest, AnInterruptionBeginsAgain) {
  EXPECT_EQ(Store(0x10, 0x00, "420111"), 0x9000);
  objects_.Interrupt();
  EXPECT_EQ(Store(0x90, 0x01, "420122"), 0x6985);
  EXPECT_EQ(Store(0x90, 0x00, "420122"), 0x9000);
}

TEST_F(StoredObjectsTest, WhatIsRefusedChangesNothing) {
  EXPECT_EQ(Store(0x80, 0x00, "4201119F7F00"), 0x6A88);
  EXPECT_EQ(Store(0x80, 0x00, "4201114502AB"), 0x6A80);
  EXPECT_EQ(Store(0x80, 0x00, ""), 0x6A80);
  EXPECT_EQ(Store(0x80, 0x00, "428180" + std::string(256, '0')), 0x6A80);
  EXPECT_EQ(Store(0xE0, 0x00, "420111"), 0x6A86);  // encrypted
  EXPECT_EQ(Store(0x88, 0x00, "420111"), 0x6A86);  // DGIs
  EXPECT_TRUE(objects_.all().empty());
  EXPECT_EQ(Store(0x80, 0x00, "427F" + std::string(254, '0')), 0x9000);
}

}  // namespace
}  // namespace cardferry::cardsim
