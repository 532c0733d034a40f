#include "cardsim/card/registry_state.h"

#include "cardsim/applets/applet_factory.h"
#include "cardsim/testing/load_files.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

constexpr char kPackage[] = "F043464552525901";  // has native code
constexpr char kModule[] = "F04346455252590101";

card::Aid AidOf(absl::string_view hex) { return *card::Aid::FromHex(hex); }

Registry NewRegistry(size_t memory = 10000) {
  return Registry(AidOf("A000000151000000"), memory);
}

class RegistryStateTest : public testing::Test {
 protected:
  void SetUp() override {
    TestPackage package;
    package.package = kPackage;
    package.modules = {kModule};
    AddPackage(package);
    package.package = "F043464552525909";
    package.modules = {};
    package.imports = {kPackage};
    AddPackage(package);
    ASSERT_OK_AND_ASSIGN(auto applet,
                         MakeApplet(AidOf(kPackage), FromHexOrDie("313233")));
    ASSERT_OK(registry_.AddApplication(Application{AidOf(kModule),
                                                   AidOf(kPackage),
                                                   AidOf(kModule),
                                                   0x87,
                                                   {1, 2, 3},
                                                   131,
                                                   std::move(applet)}));
    registry_.set_card_life_cycle(kCardLocked);
  }
  void AddPackage(const TestPackage& package) {
    const Bytes block = TestLoadFile(package);
    ASSERT_OK(registry_.AddPackage(Package{*ParseLoadFile(block), block}));
  }

  Registry registry_ = NewRegistry();
};

TEST_F(RegistryStateTest, ComesBackAsItWas) {
  const Bytes state = EncodeRegistry(registry_);
  Registry other = NewRegistry();
  ASSERT_OK(RestoreRegistry(state, other));
  EXPECT_EQ(EncodeRegistry(other), state);
  EXPECT_EQ(other.card_life_cycle(), kCardLocked);
  EXPECT_EQ(other.free_bytes(), registry_.free_bytes());
  ASSERT_EQ(other.packages().size(), 2u);
  EXPECT_EQ(other.packages()[1].file.imports[0].aid, AidOf(kPackage));
  Application* const application = other.FindApplication(AidOf(kModule));
  ASSERT_NE(application, nullptr);
  EXPECT_EQ(application->life_cycle, 0x87);
  EXPECT_EQ(ToHex(application->privileges), "010203");
  EXPECT_EQ(ToHex(application->applet->Process(Apdu("8010000000")).Encode()),
            "3132339000");
}

TEST_F(RegistryStateTest, ANewCardHasALifeCycleAndNothingElse) {
  EXPECT_EQ(ToHex(EncodeRegistry(NewRegistry())), "9F70010F");
}

TEST_F(RegistryStateTest, KeepsHowOftenTheCardHasConfirmed) {
  Registry registry = NewRegistry();
  registry.security().set_confirmations(0x0102);
  const Bytes state = EncodeRegistry(registry);
  EXPECT_EQ(ToHex(state), "9F70010FC1020102");
  Registry restored = NewRegistry();
  ASSERT_OK(RestoreRegistry(state, restored));
  EXPECT_EQ(restored.security().confirmations(), 0x0102);
}

TEST_F(RegistryStateTest, RefusesEveryTruncationBetweenObjectsAndWithin) {
  const Bytes state = EncodeRegistry(registry_);
  size_t whole = 0;
  for (size_t size = 0; size < state.size(); ++size) {
    Registry other = NewRegistry();
    const absl::Status status =
        RestoreRegistry(ByteSpan(state).first(size), other);
    if (status.ok()) {
      ++whole;  // life cycle; and the first package; and the second
    } else {
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
    }
  }
  EXPECT_EQ(whole, 3u);
}

TEST_F(RegistryStateTest, SaysWhenTheMemoryIsTooSmallForTheCard) {
  Registry small = NewRegistry(300);
  EXPECT_THAT(RestoreRegistry(EncodeRegistry(registry_), small),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       std::string("the card holds more than its memory: give "
                                   "it more")));
}

TEST_F(RegistryStateTest, RefusesACardThatCannotBe) {
  const Bytes state = EncodeRegistry(registry_);
  const std::string application =
      ToHex(state).substr(ToHex(state).find("E2"));  // the last object
  for (const std::string& hex :
       {std::string("9F700155"), std::string("9F70020F0F"), std::string("E100"),
        "9F70010F" + application, std::string("9F70010FE200"),
        std::string("9F70010FE300"), std::string("9F70010FC1020000"),
        std::string("9F70010FC10101"), std::string("9F70010FC1020001C1020001"),
        ToHex(state) + application}) {
    Registry other = NewRegistry();
    EXPECT_THAT(RestoreRegistry(FromHexOrDie(hex), other),
                StatusIs(absl::StatusCode::kDataLoss))
        << hex;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
