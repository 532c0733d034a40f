#include "services/keyvault/key_data.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

CommandApdu Delete(absl::string_view data) {
  return CommandApdu::Create({0x80, 0xE4, 0, 0}, FromHexOrDie(data)).value();
}
CommandApdu StoreData(uint8_t p1, absl::string_view data) {
  return CommandApdu::Create({0x80, 0xE2, p1, 0}, FromHexOrDie(data)).value();
}

TEST(KeyDataTest, ADeletionOfAnObjectIsNoKey) {
  EXPECT_THAT(DeletesKeys(Delete("4F05A000000001")), IsOkAndHolds(false));
  // With the template and token of delegated management.
  EXPECT_THAT(DeletesKeys(Delete("4F05A000000001B6034201019E0201AA")),
              IsOkAndHolds(false));
}

TEST(KeyDataTest, ADeletionByKeyIdentifierOrVersionIsOne) {
  EXPECT_THAT(DeletesKeys(Delete("D00101")), IsOkAndHolds(true));
  EXPECT_THAT(DeletesKeys(Delete("D20130")), IsOkAndHolds(true));
  EXPECT_THAT(DeletesKeys(Delete("4F05A000000001D20130")), IsOkAndHolds(true));
}

TEST(KeyDataTest, RefusesADeletionThatCannotBeReadOrNamesNothing) {
  for (const char* data :
       {"", "4F", "4F05A0", "D2", "D20130D0", "5F2001AA", "9E0101", "C10101"}) {
    EXPECT_THAT(DeletesKeys(Delete(data)), StatusIs(kInvalid)) << data;
  }
}

TEST(KeyDataTest, FindsKeyGroupsAmongDataGroups) {
  for (const char* data : {"00A60101", "00B90101", "81130101", "8F010101",
                           "0001020102"
                           "8F010101",
                           "00B9FF000155"}) {
    EXPECT_THAT(StoresKeys(StoreData(0x88, data)), IsOkAndHolds(true)) << data;
  }
  for (const char* data : {"", "0001020102",
                           "0101FF0003010203"
                           "82010101",
                           "000102"
                           "00B9"}) {
    EXPECT_THAT(StoresKeys(StoreData(0x88, data)), IsOkAndHolds(false)) << data;
  }
}

TEST(KeyDataTest, RefusesDataGroupsThatGoOnInTheNextCommand) {
  for (const char* data : {"00", "0001",
                           "000105"
                           "0102",
                           "0001FF", "0001FF00",
                           "0001FF0005"
                           "0102",
                           "00010101"
                           "8F"}) {
    EXPECT_THAT(StoresKeys(StoreData(0x08, data)), StatusIs(kInvalid)) << data;
  }
}

TEST(KeyDataTest, FindsKeyTemplatesAmongDataObjects) {
  EXPECT_THAT(StoresKeys(StoreData(0x90, "A603950110")), IsOkAndHolds(true));
  EXPECT_THAT(StoresKeys(StoreData(0x90, "420101B90101")), IsOkAndHolds(true));
  EXPECT_THAT(StoresKeys(StoreData(0x90, "42020102450101")),
              IsOkAndHolds(false));
  EXPECT_THAT(StoresKeys(StoreData(0x90, "4205")), StatusIs(kInvalid));
}

TEST(KeyDataTest, TakesUnstructuredDataForKeysWhenItCouldBeReadAsKeys) {
  for (const char* data :
       {"A603950110", "B9", "00A60101", "00B9FF", "0001010100B905",
        "420101B90101", "420101B9010142", "420101B90101428001",
        "420101B9840000000101", "420101B980", "420101B9"}) {
    EXPECT_THAT(StoresKeys(StoreData(0x80, data)), IsOkAndHolds(true)) << data;
  }
  for (const char* data :
       {"", "31323334", "0102030405", "42020102", "4202B90142", "4205B90101"}) {
    EXPECT_THAT(StoresKeys(StoreData(0x80, data)), IsOkAndHolds(false)) << data;
  }
}

// A card may read each of them by itself.
TEST(KeyDataTest, TakesABlockOfARowForKeysWhenItCouldBeReadAsKeys) {
  const auto row = [](absl::string_view first, absl::string_view second) {
    const CommandApdu last =
        CommandApdu::Create({0x80, 0xE2, 0x80, 1}, FromHexOrDie(second))
            .value();
    return StoresKeys(
        absl::Span<const CommandApdu>({StoreData(0x00, first), last}));
  };
  EXPECT_THAT(row("4208", "420101B980"), IsOkAndHolds(true));
  EXPECT_THAT(row("4208", "420101B9010142"), IsOkAndHolds(true));
  EXPECT_THAT(row("4208", "4203B90101420100"), IsOkAndHolds(false));
}

TEST(KeyDataTest, RefusesEncryptedDataAndUnknownStructure) {
  for (const uint8_t p1 : Bytes{0x60, 0x20, 0x40, 0xE8, 0x18, 0x98}) {
    EXPECT_THAT(StoresKeys(StoreData(p1, "00010101")), StatusIs(kInvalid))
        << int{p1};
  }
}

}  // namespace
}  // namespace cardferry::keyvault
