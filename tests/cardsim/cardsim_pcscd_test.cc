// The shipped simulator in the real pcscd's virtual reader, driven through
// libpcsclite and by OpenSC's opensc-tool, which shares nothing with us.
#include <string>

#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "tests/cardsim/pcscd_fixture.h"
#include "tests/stage/opensc_tool.h"
#include "tests/stage/pcscd.h"

namespace cardferry::cardsim {
namespace {

class CardsimPcscdTest : public PcscdFixture {
 protected:
  void SetUp() override {
    PcscdFixture::SetUp();
    ASSERT_OK_AND_ASSIGN(cardsim_, StartCardsim());
  }

  stage::Process cardsim_;
};

TEST_F(CardsimPcscdTest, IsACardInAReader) {
  ASSERT_OK_AND_ASSIGN(const PcscCard card,
                       PcscCard::Connect(stage::kVirtualReader, kPatience));
  EXPECT_THAT(card.Atr(), IsOkAndHolds(FromHexOrDie("3B80800101")));
  EXPECT_EQ(Send(card, "00A4040008A00000015100000000"),
            "6F108408A000000151000000A5049F6501FF9000");
  EXPECT_EQ(Send(card, "80CA006600"),
            "6631732F06072A864886FC6B01600C060A2A864886FC6B02020301"
            "630906072A864886FC6B03640B06092A864886FC6B0403709000");
  EXPECT_EQ(Send(card, "80F28002024F0000"), "6982");
}

TEST_F(CardsimPcscdTest, AnswersAToolOfOthers) {
  // Waits for the card, and lets go of it.
  ASSERT_OK(PcscCard::Connect(stage::kVirtualReader, kPatience).status());
  ASSERT_OK_AND_ASSIGN(
      const auto answers,
      stage::SendWithOpenscTool(
          {FromHexOrDie("00A40400"), FromHexOrDie("80CA004500"),
           FromHexOrDie("80CA9F7F00"), FromHexOrDie("80F28002024F0000")}));
  EXPECT_EQ(ToHex(answers[0].data), "6F108408A000000151000000A5049F6501FF");
  EXPECT_EQ(ToHex(answers[1].data), "450A00010203040506070809");
  EXPECT_EQ(answers[2].data.size(), 45u);
  EXPECT_EQ(answers[3].sw.value(), 0x6982);
}

TEST_F(CardsimPcscdTest, TakesARealAppletAndRunsIt) {
  ASSERT_OK_AND_ASSIGN(const PcscCard card,
                       PcscCard::Connect(stage::kVirtualReader, kPatience));
  Session session(card);
  ASSERT_EQ(session.Open(), "9000");
  EXPECT_EQ(session.LoadBrokerage(), "009000");
  EXPECT_EQ(Send(card, "00A4040009F0434645525259010100"), "9000");
  EXPECT_EQ(Send(card, "8010000000"), "123456789000");
}

TEST_F(CardsimPcscdTest, ComesBackWhenPcscdWasRestarted) {
  ASSERT_OK(PcscCard::Connect(stage::kVirtualReader, kPatience).status());
  pcscd_.Stop();
  ASSERT_OK_AND_ASSIGN(pcscd_, stage::StartPcscd(Path("pcscd.log")));
  ASSERT_OK_AND_ASSIGN(const PcscCard card,
                       PcscCard::Connect(stage::kVirtualReader, kPatience));
  EXPECT_EQ(Send(card, "80CA004500"), "450A000102030405060708099000");
  EXPECT_TRUE(cardsim_.running());
}

TEST_F(CardsimPcscdTest, StopsInOrderAndSaysNothingOfItsKeys) {
  ASSERT_OK_AND_ASSIGN(const PcscCard card,
                       PcscCard::Connect(stage::kVirtualReader, kPatience));
  Session session(card);
  ASSERT_EQ(session.Open(), "9000");
  EXPECT_EQ(cardsim_.Stop(), 0);
  ASSERT_OK_AND_ASSIGN(const std::string log,
                       ReadFile(Path("cardsim.log"), 1 << 20));
  EXPECT_NE(log.find("84820300, 21 bytes -> 9000, 2 bytes"), std::string::npos);
  for (const char* key : {"101112131415", "505152535455", "909192939495"}) {
    EXPECT_EQ(log.find(key), std::string::npos);
  }
}

TEST_F(CardsimPcscdTest, RefusesKeysThatOthersMayRead) {
  const std::string keys = Path("open.keys");
  ASSERT_OK(WriteFileAtomically(keys, AsBytes("kvn=30\n"), 0444));
  ASSERT_OK_AND_ASSIGN(stage::Process process,
                       StartCardsim({"--swap_keys_file", keys}));
  EXPECT_THAT(process.Wait(kPatience), IsOkAndHolds(1));
}

}  // namespace
}  // namespace cardferry::cardsim
