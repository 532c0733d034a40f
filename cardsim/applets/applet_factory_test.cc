#include "cardsim/applets/applet_factory.h"

#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

std::unique_ptr<Applet> Make(absl::string_view package, ByteSpan parameters) {
  return *MakeApplet(*card::Aid::FromHex(package), parameters);
}

card::CommandApdu Command(absl::string_view hex) {
  return *card::CommandApdu::Parse(FromHexOrDie(hex));
}

TEST(AppletFactoryTest, TheBrokeragePackageHasABrokerageApplet) {
  const auto applet = Make("F043464552525901", FromHexOrDie("4711"));
  EXPECT_EQ(ToHex(applet->Process(Command("8010000000")).Encode()), "47119000");
}

TEST(AppletFactoryTest, AnotherPackageHasAnAppletThatKnowsNoCommand) {
  const auto applet = Make("F043464552525904", FromHexOrDie("4711"));
  EXPECT_EQ(ToHex(applet->Process(Command("8010000000")).Encode()), "6D00");
}

TEST(AppletFactoryTest, HandsOnTheRefusalOfParameters) {
  EXPECT_EQ(StatusWordOf(
                MakeApplet(*card::Aid::FromHex("F043464552525901"), Bytes(33))
                    .status()),
            kWrongData);
}

}  // namespace
}  // namespace cardferry::cardsim
