#include "cardsim/card/security_domain.h"

#include "absl/strings/str_cat.h"
#include "cardsim/testing/test_card.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

constexpr char kGetStatus[] = "80F28002024F0000";

std::string Sw(const std::string& answer) {
  return answer.substr(answer.size() - 4);
}

TEST(SecurityDomainTest, ReadsCardDataWithoutASession) {
  TestCard card;
  EXPECT_EQ(card.Send("80CA004500"), "450A000102030405060708099000");
  EXPECT_EQ(card.Send("00CA004500"), "450A000102030405060708099000");
  EXPECT_EQ(Sw(card.Send("80CA006600")), "9000");
  EXPECT_EQ(card.Send("80CA006700"), "6A88");
  EXPECT_EQ(card.Send("80CA0066010000"), "6700");
}

TEST(SecurityDomainTest, RefusesManagementBeforeAuthentication) {
  TestCard card;
  for (const char* command : {kGetStatus, "80E60200", "80E80000",
                              "80E40000064F04A0000001", "80D8008100"}) {
    EXPECT_EQ(card.Send(command), "6982") << command;
  }
  // Neither after INITIALIZE UPDATE alone.
  EXPECT_EQ(Sw(card.Send("8050000008000102030405060700")), "9000");
  EXPECT_EQ(card.Send(kGetStatus), "6982");
}

TEST(SecurityDomainTest, RefusesSecureMessagingWithoutASession) {
  TestCard card;
  EXPECT_EQ(card.Send("84F280020A4F00442EA795FFF66F7B00"), "6985");
  EXPECT_EQ(card.Send("848203001000112233445566770011223344556677"), "6985");
}

TEST(SecurityDomainTest, RefusesUnknownClassesAndCommands) {
  TestCard card;
  EXPECT_EQ(card.Send("80FE0000"), "6D00");
  EXPECT_EQ(card.Send("80DA000000"), "6D00");
  EXPECT_EQ(card.Send("00F2800202"
                      "4F0000"),
            "6E00");
  EXPECT_EQ(card.Send("0050000008000102030405060700"), "6E00");
  EXPECT_EQ(card.Open(), "9000");
  EXPECT_EQ(card.Secure("80FE0000"), "6D00");
  EXPECT_EQ(card.Secure("00FE0000"), "6E00");
  // A refusal leaves the session alone.
  EXPECT_EQ(Sw(card.Secure(kGetStatus)), "9000");
}

TEST(SecurityDomainTest, ManagesContentInASessionOfEveryLevel) {
  for (const uint8_t level : Bytes{0x00, 0x01, 0x03, 0x11, 0x13, 0x33}) {
    SCOPED_TRACE(level);
    TestCard card;
    EXPECT_EQ(card.Open(level), "9000");
    EXPECT_EQ(card.Load("F04346455252590A", TestLoadFile({})), "009000");
    EXPECT_EQ(card.Install("F04346455252590A", "F04346455252590A01",
                           "F04346455252590A01"),
              "009000");
    EXPECT_EQ(card.Secure("80F24002024F0000"),
              "E3284F09F04346455252590A019F700107C503000000"
              "C408F04346455252590ACC08A0000001510000009000");
    EXPECT_EQ(card.Secure(Command("80E40080", "4F08F04346455252590A")),
              "009000");
    EXPECT_EQ(card.Secure("80F24002024F0000"), "6A88");
  }
}

TEST(SecurityDomainTest, AnScp02CardManagesContentAtItsLevels) {
  for (const uint8_t level : Bytes{0x00, 0x01, 0x03}) {
    SCOPED_TRACE(level);
    TestCard card(TestDesKeys(), {});
    EXPECT_EQ(card.Open(level), "9000");
    EXPECT_EQ(card.Load("F04346455252590A", TestLoadFile({})), "009000");
    EXPECT_EQ(card.Install("F04346455252590A", "F04346455252590A01",
                           "F04346455252590A01"),
              "009000");
    EXPECT_EQ(card.Secure(Command("80E40080", "4F08F04346455252590A")),
              "009000");
  }
  TestCard card(TestDesKeys(), {});
  EXPECT_EQ(card.Open(0x11), "6A86");
}

// The pseudo-random challenge is that of the security domain that is selected,
// and SCP02's counter shows what the next session uses.
TEST(SecurityDomainTest, AnScp02CardIsPredictable) {
  TestCard card(TestDesKeys(), {});
  const std::string update = "8050000008101112131415161700";
  const std::string first = card.Send(update);
  EXPECT_EQ(card.Send(update), first);
  EXPECT_EQ(card.Send("80CA00C100"), "C10200009000");
  EXPECT_EQ(card.Open(0x01), "9000");
  EXPECT_EQ(card.Secure("80CA00C100"), "C10200019000");
  EXPECT_NE(card.Send(update), first);
}

TEST(SecurityDomainTest, ReadsCardDataInASessionToo) {
  for (const uint8_t level : Bytes{0x00, 0x01, 0x03, 0x33}) {
    TestCard card;
    EXPECT_EQ(card.Open(level), "9000");
    for (const char* tag :
         {"0042", "0045", "0066", "00C1", "00CF", "00E0", "9F7F"}) {
      EXPECT_EQ(Sw(card.Secure(absl::StrCat("80CA", tag, "00"))), "9000")
          << tag;
    }
    EXPECT_EQ(card.Secure("80CA006700"), "6A88");
  }
}

TEST(SecurityDomainTest, ABadMacIsTheEndOfTheSession) {
  TestCard card;
  EXPECT_EQ(card.Open(0x01), "9000");
  EXPECT_EQ(card.Send("84F280020A4F00442EA795FFF66F7B00"), "6982");
  EXPECT_EQ(card.Secure(kGetStatus), "6985");
  EXPECT_EQ(card.Send(kGetStatus), "6982");
  EXPECT_EQ(card.Open(0x01), "9000");
}

TEST(SecurityDomainTest, AReplayIsTheEndOfTheSession) {
  TestCard card;
  EXPECT_EQ(card.Open(0x03), "9000");
  const std::string wrapped =
      ToHex(card.host().Protect(Apdu(kGetStatus)).Encode());
  EXPECT_EQ(Sw(card.Send(wrapped)), "9000");
  EXPECT_EQ(card.Send(wrapped), "6982");
  EXPECT_EQ(card.Send(wrapped), "6985");
}

TEST(SecurityDomainTest, ASecondAuthenticationIsRefused) {
  TestCard card;
  const card::ResponseApdu answer =
      card.card().Process(card.host().InitializeUpdate());
  ASSERT_TRUE(card.host().TakeAnswer(answer.data));
  const std::string authenticate =
      ToHex(card.host().ExternalAuthenticate(0x03).Encode());
  EXPECT_EQ(card.Send(authenticate), "9000");
  EXPECT_EQ(card.Send(authenticate), "6985");
  EXPECT_EQ(card.Secure(kGetStatus), "6985");
}

TEST(SecurityDomainTest, LocksAfterFailedAuthentications) {
  CardOptions options;
  options.failure_limit = 2;
  TestCard card(options);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Sw(card.Send("8050000008000102030405060700")), "9000");
    EXPECT_EQ(card.Send("848203001000112233445566770011223344556677"), "6300");
  }
  EXPECT_EQ(card.Open(), "6983");
  EXPECT_EQ(card.Send("80CA004500"), "450A000102030405060708099000");
}

TEST(SecurityDomainTest, ALoadHasNothingBetweenItsBlocks) {
  TestCard card;
  const std::string file = ToHex(TestLoadFile({}));
  for (const char* between : {"80CA004500", kGetStatus, "80FE0000"}) {
    EXPECT_EQ(card.Open(0x01), "9000");
    EXPECT_EQ(card.Secure(Command("80E60200", "08F04346455252590A00000000")),
              "009000");
    EXPECT_EQ(card.Secure(Command("80E80000", "C47F" + file.substr(0, 20))),
              "009000");
    card.Secure(between);
    EXPECT_EQ(card.Secure(Command("80E80001", file.substr(20, 20))), "6985");
  }
}

TEST(SecurityDomainTest, ANewSessionForgetsTheLoad) {
  TestCard card;
  EXPECT_EQ(card.Open(0x01), "9000");
  EXPECT_EQ(card.Secure(Command("80E60200", "08F04346455252590A00000000")),
            "009000");
  EXPECT_EQ(card.Open(0x01), "9000");
  EXPECT_EQ(card.Secure(Command("80E80000", "C40355")), "6985");
}

}  // namespace
}  // namespace cardferry::cardsim
