#include "cardsim/card/card_resources.h"

#include "cardsim/applets/applet_factory.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

card::Aid AidOf(absl::string_view hex) { return *card::Aid::FromHex(hex); }

TEST(CardResourcesTest, SaysHowMuchMemoryIsFree) {
  Registry registry(AidOf("A000000151000000"), 0x40000);
  EXPECT_EQ(ToHex(CardResources(registry)),
            "FF210E810200008204000400008302"
            "2000");
  const card::Aid package = AidOf("F04346455252590A");
  ASSERT_OK(registry.AddPackage(
      Package{LoadFile{package, 1, 0, {}, {}}, Bytes(0x100)}));
  ASSERT_OK(registry.AddApplication(Application{AidOf("F04346455252590A01"),
                                                package,
                                                package,
                                                kSelectable,
                                                {},
                                                0x80,
                                                *MakeApplet(package, {})}));
  EXPECT_EQ(ToHex(CardResources(registry)),
            "FF210E8102000182040003FE8083022000");
}

}  // namespace
}  // namespace cardferry::cardsim
