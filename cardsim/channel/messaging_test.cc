#include "cardsim/channel/messaging.h"

#include "cardsim/card_error.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

TEST(MessagingTest, SecureMessagingIsThereExactlyWhereTheLevelWantsIt) {
  const card::CommandHeader plain{0x80, 0xF2, 0x40, 0x02};
  const card::CommandHeader secured{0x84, 0xF2, 0x40, 0x02};
  EXPECT_OK(CheckMessaging(0x00, plain));
  EXPECT_OK(CheckMessaging(0x01, secured));
  EXPECT_OK(CheckMessaging(0x33, secured));
  EXPECT_EQ(StatusWordOf(CheckMessaging(0x00, secured)), kSecurityNotSatisfied);
  EXPECT_EQ(StatusWordOf(CheckMessaging(0x03, plain)), kSecurityNotSatisfied);
}

TEST(MessagingTest, TheMacCoversTheHeaderAsOfLogicalChannelZero) {
  EXPECT_EQ(ToHex(CMacHeader(Apdu("84F24002024F00"), 10)), "84F240020A");
  EXPECT_EQ(ToHex(CMacHeader(Apdu("87F24002024F00"), 10)), "84F240020A");
}

TEST(MessagingTest, FurtherLogicalChannelsHaveTheirOwnBitOfSecureMessaging) {
  EXPECT_TRUE(HasSecureMessaging({0x84, 0xF2, 0, 0}));
  EXPECT_TRUE(HasSecureMessaging({0xE5, 0xF2, 0, 0}));
  EXPECT_FALSE(HasSecureMessaging({0xC4, 0xF2, 0, 0}));  // channel 8
  EXPECT_FALSE(HasSecureMessaging({0xA0, 0xF2, 0, 0}));
  EXPECT_EQ(WithoutSecureMessaging({0x87, 0xF2, 1, 2}),
            (card::CommandHeader{0x83, 0xF2, 1, 2}));
  EXPECT_EQ(WithoutSecureMessaging({0xE5, 0xF2, 1, 2}),
            (card::CommandHeader{0xC5, 0xF2, 1, 2}));
  EXPECT_EQ(ToHex(CMacHeader(Apdu("E5F24002024F00"), 10)), "84F240020A");
  EXPECT_EQ(ToHex(CMacHeader(Apdu("64A40400024F00"), 10)), "04A404000A");
}

TEST(MessagingTest, TheHeaderFromBeforeSecureMessagingHasThatCla) {
  EXPECT_EQ(ToHex(PlainMacHeader(Apdu("87F24002024F00"), 2)), "80F2400202");
  EXPECT_EQ(ToHex(PlainMacHeader(Apdu("84CA0066"), 0)), "80CA006600");
}

TEST(MessagingTest, AMacStandsAtTheEndOfTheData) {
  EXPECT_EQ(ToHex(*WithoutMac(Apdu("84E280000401020304"), 3)), "01");
  EXPECT_EQ(ToHex(*WithoutMac(Apdu("84E280000401020304"), 4)), "");
  EXPECT_EQ(StatusWordOf(WithoutMac(Apdu("84E280000401020304"), 5).status()),
            kSecurityNotSatisfied);
}

TEST(MessagingTest, AnRMacGoesWithSuccessAndWarningsAlone) {
  for (const card::StatusWord sw :
       {card::kSuccess, kCardIsLocked, kMoreDataAvailable}) {
    EXPECT_TRUE(CarriesRMac(sw)) << sw.value();
  }
  for (const card::StatusWord sw : {kReferencedDataNotFound, kMemoryFailure,
                                    kWrongLength, card::StatusWord(0x9001)}) {
    EXPECT_FALSE(CarriesRMac(sw)) << sw.value();
  }
}

TEST(MessagingTest, AnExtendedCommandHasAnExtendedLc) {
  const auto command =
      *card::CommandApdu::Create({0x84, 0xE8, 0, 0}, Bytes(300));
  EXPECT_EQ(ToHex(CMacHeader(command, 300)), "84E8000000012C");
  // Lc of the plain command under C-DEC: shorter, but in the same form.
  EXPECT_EQ(ToHex(CMacHeader(command, 250)),
            "84E80000"
            "0000FA");
}

TEST(MessagingTest, LcHasTheFormThatWasSentAndNotTheShortestOne) {
  EXPECT_EQ(ToHex(CMacHeader(Apdu("84E28000000002AABB"), 2)), "84E28000000002");
  EXPECT_EQ(ToHex(CMacHeader(Apdu("84E28000000002AABB0000"), 2)),
            "84E28000000002");
  EXPECT_EQ(ToHex(CMacHeader(Apdu("84E2800002AABB"), 2)), "84E2800002");
  EXPECT_EQ(ToHex(CMacHeader(Apdu("84E2800002AABB00"), 2)), "84E2800002");
}

TEST(MessagingTest, RemovesPaddingAndNothingElse) {
  const struct {
    const char* padded;
    const char* plain;
  } kCases[] = {
      {"80", ""},
      {"8000000000000000", ""},
      {"0102800000000000", "0102"},
      {"0102038080000000", "01020380"},
      {"0100800000000000", "0100"},
  };
  for (const auto& test_case : kCases) {
    Bytes data = FromHexOrDie(test_case.padded);
    EXPECT_OK(RemovePadding(data));
    EXPECT_EQ(ToHex(data), test_case.plain);
  }
}

TEST(MessagingTest, RefusesDataWithoutPadding) {
  for (const char* data :
       {"", "00", "0000000000000000", "0102030405060708", "8000000000000001"}) {
    Bytes bytes = FromHexOrDie(data);
    EXPECT_EQ(StatusWordOf(RemovePadding(bytes)), kSecurityNotSatisfied)
        << data;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
