#include "cardsim/applets/brokerage_applet.h"

#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

class BrokerageAppletTest : public testing::Test {
 protected:
  // Data and SW in hexadecimal.
  std::string Send(absl::string_view hex) {
    return ToHex(applet_->Process(*card::CommandApdu::Parse(FromHexOrDie(hex)))
                     .Encode());
  }

  std::unique_ptr<Applet> applet_ =
      *BrokerageApplet::Install(FromHexOrDie("44453132"));
};

TEST_F(BrokerageAppletTest, ReadsTheAccountOfItsInstallParameters) {
  EXPECT_EQ(Send("8010000000"), "444531329000");
}

TEST_F(BrokerageAppletTest, TakesAnAccountOf32BytesAndNoMore) {
  EXPECT_OK(BrokerageApplet::Install(Bytes(32)));
  EXPECT_OK(BrokerageApplet::Install({}));
  EXPECT_EQ(StatusWordOf(BrokerageApplet::Install(Bytes(33)).status()),
            kWrongData);
}

TEST_F(BrokerageAppletTest, IsPersonalizedOnce) {
  EXPECT_EQ(Send("80E20000024142"), "9000");
  EXPECT_EQ(Send("8010000000"), "41429000");
  EXPECT_EQ(Send("80E20000024344"), "6985");
  EXPECT_EQ(Send("8010000000"), "41429000");
}

TEST_F(BrokerageAppletTest, RefusesAPersonalAccountThatIsTooLong) {
  EXPECT_EQ(Send("80E2000021" + std::string(66, '0')), "6700");
  EXPECT_EQ(Send("80E2000020" + std::string(64, '0')), "9000");
}

TEST_F(BrokerageAppletTest, BuysAndSells) {
  EXPECT_EQ(Send("80200300020123"), "9000");
  EXPECT_EQ(Send("8024030002"), "01239000");
  EXPECT_EQ(Send("80220300020120"), "9000");
  EXPECT_EQ(Send("8024030002"), "00039000");
  EXPECT_EQ(Send("8024020002"), "00009000");
}

TEST_F(BrokerageAppletTest, RefusesTradesThatTheAccountCannotDo) {
  EXPECT_EQ(Send("80220000020001"), "6985");  // sells what is not there
  EXPECT_EQ(Send("80200000020000"), "6985");  // nothing
  EXPECT_EQ(Send("80200000028000"), "6985");  // a negative amount
  EXPECT_EQ(Send("80200000027FFF"), "9000");
  EXPECT_EQ(Send("80200000020001"), "6985");  // more than 32767
  EXPECT_EQ(Send("802000000101"), "6700");
  EXPECT_EQ(Send("80200000"), "6700");
}

TEST_F(BrokerageAppletTest, HasEightPositions) {
  EXPECT_EQ(Send("8024070002"), "00009000");
  EXPECT_EQ(Send("8024080002"), "6A86");
  EXPECT_EQ(Send("80208000020001"), "6A86");
  EXPECT_EQ(Send("80220800020001"), "6A86");
}

TEST_F(BrokerageAppletTest, ANewInstanceTakesItsStateOver) {
  EXPECT_EQ(Send("80E20000024142"), "9000");
  EXPECT_EQ(Send("80200300020123"), "9000");
  const Bytes state = applet_->State();
  EXPECT_EQ(ToHex(state),
            "010000000000000123000000000000"
            "00004142");
  applet_ = *BrokerageApplet::Install({});
  ASSERT_OK(applet_->Restore(state));
  EXPECT_EQ(Send("8010000000"), "41429000");
  EXPECT_EQ(Send("8024030002"), "01239000");
  EXPECT_EQ(Send("80E20000024344"), "6985");
}

TEST_F(BrokerageAppletTest, RefusesAStateThatIsNone) {
  const Bytes state = applet_->State();
  for (size_t size = 0; size < 17; ++size) {
    EXPECT_FALSE(applet_->Restore(ByteSpan(state).first(size)).ok()) << size;
  }
  EXPECT_FALSE(applet_->Restore(Bytes(17 + 33)).ok());
  Bytes wrong = state;
  wrong[0] = 2;
  EXPECT_FALSE(applet_->Restore(wrong).ok());
  wrong = state;
  wrong[1] = 0x80;  // 32768 shares
  EXPECT_FALSE(applet_->Restore(wrong).ok());
}

TEST_F(BrokerageAppletTest, RefusesOtherClassesAndCommands) {
  EXPECT_EQ(Send("0010000000"), "6E00");
  EXPECT_EQ(Send("8410000000"), "6E00");
  EXPECT_EQ(Send("8011000000"), "6D00");
}

}  // namespace
}  // namespace cardferry::cardsim
