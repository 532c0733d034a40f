#include "services/sequencer/registry_entry.h"

#include "gtest/gtest.h"

namespace cardferry::sequencer {
namespace {

card::StatusEntry Entry(std::optional<uint8_t> life_cycle,
                        Bytes privileges = {}) {
  return {*card::Aid::FromHex("F043464552"),
          life_cycle,
          std::move(privileges),
          {},
          {},
          {}};
}

TEST(RegistryEntryTest, PrivilegesOfOneByteAreTheFirstOfThree) {
  EXPECT_EQ(PrivilegeBits({}), 0u);
  EXPECT_EQ(PrivilegeBits(Bytes{0x04}), 0x040000u);
  EXPECT_EQ(PrivilegeBits(Bytes{0x80, 0x01, 0x02}), 0x800102u);
  EXPECT_TRUE(IsSecurityDomain(Entry(0x07, {0x80})));
  EXPECT_TRUE(IsSecurityDomain(Entry(0x07, {0xC0, 0x00, 0x00})));
  EXPECT_FALSE(IsSecurityDomain(Entry(0x07, {0x04})));
  EXPECT_FALSE(IsSecurityDomain(Entry(0x07)));
}

TEST(RegistryEntryTest, TellsTheStatesApart) {
  EXPECT_TRUE(IsOnlyInstalled(Entry(0x03)));
  EXPECT_TRUE(IsOnlyInstalled(Entry(0x83)));
  EXPECT_FALSE(IsOnlyInstalled(Entry(0x07)));
  EXPECT_TRUE(IsLocked(Entry(0x83)));
  EXPECT_TRUE(IsLocked(Entry(0x87)));
  EXPECT_FALSE(IsLocked(Entry(0x0F)));
}

TEST(RegistryEntryTest, ALaterStateOfItsOwnIsSelectableToo) {
  for (const uint8_t state : Bytes{0x07, 0x0F, 0x7F}) {
    EXPECT_TRUE(Has(Entry(state), DesiredLifeCycle::kSelectable)) << state;
    EXPECT_FALSE(Has(Entry(state), DesiredLifeCycle::kLocked)) << state;
  }
  for (const uint8_t state : Bytes{0x03, 0x83, 0x87}) {
    EXPECT_FALSE(Has(Entry(state), DesiredLifeCycle::kSelectable)) << state;
    EXPECT_TRUE(Has(Entry(state), DesiredLifeCycle::kAny)) << state;
  }
  EXPECT_TRUE(Has(Entry(std::nullopt), DesiredLifeCycle::kLocked))
      << "a card that does not tell says nothing against it";
}

}  // namespace
}  // namespace cardferry::sequencer
