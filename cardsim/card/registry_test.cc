#include "cardsim/card/registry.h"

#include <string>

#include "cardsim/applets/applet_factory.h"
#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

card::Aid AidOf(absl::string_view hex) { return *card::Aid::FromHex(hex); }

constexpr char kIsd[] = "A000000151000000";
constexpr char kPackageA[] = "F04346455252590A";
constexpr char kPackageB[] = "F04346455252590B";
constexpr char kInstance[] = "F04346455252590A01";

class RegistryTest : public testing::Test {
 protected:
  card::StatusWord AddPackage(absl::string_view aid, size_t size,
                              std::vector<PackageImport> imports = {}) {
    return StatusWordOf(registry_.AddPackage(Package{
        LoadFile{AidOf(aid), 1, 2, {}, std::move(imports)}, Bytes(size)}));
  }
  card::StatusWord AddApplication(absl::string_view aid, size_t size) {
    return StatusWordOf(registry_.AddApplication(
        Application{AidOf(aid),
                    AidOf(kPackageA),
                    AidOf(kInstance),
                    kSelectable,
                    {},
                    size,
                    *MakeApplet(AidOf(kPackageA), {})}));
  }
  card::StatusWord Delete(absl::string_view aid, bool related = false) {
    return StatusWordOf(registry_.Delete(AidOf(aid), related));
  }

  Registry registry_{AidOf(kIsd), 1000};
};

TEST_F(RegistryTest, CountsTheMemoryOfWhatItHolds) {
  EXPECT_EQ(registry_.free_bytes(), 1000u);
  EXPECT_EQ(AddPackage(kPackageA, 600), card::kSuccess);
  EXPECT_EQ(AddApplication(kInstance, 300), card::kSuccess);
  EXPECT_EQ(registry_.free_bytes(), 100u);
  EXPECT_EQ(Delete(kPackageA, /*related=*/true), card::kSuccess);
  EXPECT_EQ(registry_.free_bytes(), 1000u);
}

TEST_F(RegistryTest, IsFullWhenItIsFull) {
  EXPECT_EQ(AddPackage(kPackageA, 1001), kNoSpace);
  EXPECT_EQ(AddPackage(kPackageA, 1000), card::kSuccess);
  EXPECT_EQ(AddApplication(kInstance, 1), kNoSpace);
  EXPECT_EQ(registry_.applications().size(), 0u);
}

TEST_F(RegistryTest, HasAThousandApplicationsAndNoMore) {
  EXPECT_EQ(AddPackage(kPackageA, 1), card::kSuccess);
  for (int i = 1000; i < 2000; ++i) {
    ASSERT_EQ(AddApplication("F04346455252590A" + std::to_string(i), 0),
              card::kSuccess);
  }
  EXPECT_EQ(AddApplication("F04346455252590A2000", 0), kNoSpace);
}

TEST_F(RegistryTest, RefusesAnAidThatIsThere) {
  EXPECT_EQ(AddPackage(kIsd, 1), kConditionsNotSatisfied);
  EXPECT_EQ(AddPackage(kPackageA, 1), card::kSuccess);
  EXPECT_EQ(AddPackage(kPackageA, 1), kConditionsNotSatisfied);
  EXPECT_EQ(AddApplication(kInstance, 1), card::kSuccess);
  EXPECT_EQ(AddApplication(kInstance, 1), kConditionsNotSatisfied);
  EXPECT_EQ(AddApplication(kPackageA, 1), kConditionsNotSatisfied);
  EXPECT_EQ(AddApplication(kIsd, 1), kConditionsNotSatisfied);
  EXPECT_EQ(AddPackage(kInstance, 1), kConditionsNotSatisfied);
}

TEST_F(RegistryTest, WantsImportsToBeThereInAVersionThatFits) {
  const PackageImport platform{AidOf("A0000000620101"), 1, 6};
  EXPECT_EQ(AddPackage(kPackageB, 1, {platform, {AidOf(kPackageA), 1, 0}}),
            kWrongData);
  EXPECT_EQ(AddPackage(kPackageA, 1), card::kSuccess);  // 1.2
  EXPECT_EQ(AddPackage(kPackageB, 1, {{AidOf(kPackageA), 2, 0}}), kWrongData);
  EXPECT_EQ(AddPackage(kPackageB, 1, {{AidOf(kPackageA), 1, 3}}), kWrongData);
  EXPECT_EQ(AddPackage(kPackageB, 1, {platform, {AidOf(kPackageA), 1, 2}}),
            card::kSuccess);
}

TEST_F(RegistryTest, EveryPackageOfThePlatformCanBeImported) {
  std::vector<PackageImport> imports;
  for (const char* aid :
       {"A0000000620001",     "A0000000620002",   "A0000000620003",
        "A0000000620101",     "A000000062010101", "A0000000620102",
        "A0000000620201",     "A0000000620202",   "A0000000620203",
        "A0000000620204",     "A0000000620205",   "A000000062020801",
        "A00000006202080101", "A000000062020802", "A000000062020803",
        "A000000062020804",   "A0000000620209",   "A000000062020901",
        "A0000000030000",     "A00000015100"}) {
    imports.push_back({AidOf(aid), 1, 0});
  }
  EXPECT_EQ(AddPackage(kPackageA, 1, imports), card::kSuccess);
  EXPECT_EQ(AddPackage(kPackageB, 1, {{AidOf("A0000000620206"), 1, 0}}),
            kWrongData);
}

TEST_F(RegistryTest, KeepsAPackageThatAnotherOneImports) {
  EXPECT_EQ(AddPackage(kPackageA, 1), card::kSuccess);
  EXPECT_EQ(AddPackage(kPackageB, 1, {{AidOf(kPackageA), 1, 0}}),
            card::kSuccess);
  EXPECT_EQ(Delete(kPackageA), kConditionsNotSatisfied);
  EXPECT_EQ(Delete(kPackageA, /*related=*/true), kConditionsNotSatisfied);
  EXPECT_EQ(Delete(kPackageB), card::kSuccess);
  EXPECT_EQ(Delete(kPackageA), card::kSuccess);
}

TEST_F(RegistryTest, KeepsAPackageWithInstancesUnlessTheyGoToo) {
  EXPECT_EQ(AddPackage(kPackageA, 1), card::kSuccess);
  EXPECT_EQ(AddApplication(kInstance, 1), card::kSuccess);
  EXPECT_EQ(Delete(kPackageA), kConditionsNotSatisfied);
  EXPECT_EQ(registry_.applications().size(), 1u);
  EXPECT_EQ(Delete(kInstance), card::kSuccess);
  EXPECT_EQ(Delete(kPackageA), card::kSuccess);
  EXPECT_FALSE(registry_.Has(AidOf(kPackageA)));
}

TEST_F(RegistryTest, KeepsTheSecurityDomainAndKnowsWhatIsNotThere) {
  EXPECT_EQ(Delete(kIsd), kConditionsNotSatisfied);
  EXPECT_EQ(Delete(kPackageA), kReferencedDataNotFound);
  EXPECT_EQ(registry_.FindApplication(AidOf(kInstance)), nullptr);
  EXPECT_EQ(registry_.FindPackage(AidOf(kPackageA)), nullptr);
}

}  // namespace
}  // namespace cardferry::cardsim
