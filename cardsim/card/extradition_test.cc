#include "cardsim/card/extradition.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cardsim/applets/applet_factory.h"
#include "cardsim/card_error.h"
#include "cardsim/testing/load_files.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

constexpr char kIssuer[] = "A000000151000000";
constexpr char kDomain[] = "A00000015100000001";
constexpr char kInner[] = "A00000015100000002";
constexpr char kApplication[] = "F04346455252590A01";

card::Aid Aid(absl::string_view hex) { return *card::Aid::FromHex(hex); }

std::string Counted(absl::string_view hex) {
  return absl::StrFormat("%02X%s", hex.size() / 2, hex);
}

Application Make(absl::string_view aid, uint8_t first_privilege) {
  Application application{Aid(aid),
                          Aid("F04346455252590A"),
                          Aid(aid),
                          kSelectable,
                          {first_privilege},
                          100,
                          *MakeApplet(Aid("F04346455252590A"), {}),
                          std::nullopt,
                          nullptr};
  if (application.is_domain()) {
    application.objects = std::make_unique<StoredObjects>();
  }
  return application;
}

class ExtraditionTest : public testing::Test {
 protected:
  ExtraditionTest() {
    EXPECT_OK(registry_.AddApplication(Make(kDomain, 0x80)));
    EXPECT_OK(registry_.AddApplication(Make(kInner, 0x80)));
    EXPECT_OK(registry_.AddApplication(Make(kApplication, 0x00)));
  }

  card::StatusWord To(absl::string_view domain, absl::string_view object,
                      absl::string_view by = kIssuer) {
    const std::string data =
        absl::StrCat(Counted(domain), "00", Counted(object), "000000");
    return StatusWordOf(Extradite(FromHexOrDie(data), Aid(by), registry_));
  }
  card::StatusWord Update(absl::string_view domain, absl::string_view object,
                          absl::string_view privileges,
                          absl::string_view by = kIssuer) {
    const std::string data = absl::StrCat(
        Counted(domain), "00", Counted(object), Counted(privileges), "0000");
    return StatusWordOf(UpdateRegistry(FromHexOrDie(data), Aid(by), registry_));
  }
  std::string Owner(absl::string_view aid) {
    return registry_.DomainOf(Aid(aid))->ToHex();
  }

  Registry registry_{Aid(kIssuer), 10000};
};

TEST_F(ExtraditionTest, GivesApplicationsAndDomainsToAnotherDomainAndBack) {
  EXPECT_EQ(Owner(kApplication), kIssuer);
  EXPECT_EQ(To(kDomain, kApplication), card::kSuccess);
  EXPECT_EQ(Owner(kApplication), kDomain);
  EXPECT_EQ(To(kDomain, kInner), card::kSuccess);
  EXPECT_EQ(Owner(kInner), kDomain);
  EXPECT_EQ(To(kIssuer, kApplication), card::kSuccess);
  EXPECT_EQ(Owner(kApplication), kIssuer);
}

TEST_F(ExtraditionTest, GivesPackagesToAnotherDomain) {
  const Bytes block = TestLoadFile({});
  ASSERT_OK(registry_.AddPackage(
      Package{*ParseLoadFile(block), block, std::nullopt}));
  EXPECT_EQ(To(kDomain, "F04346455252590A"), card::kSuccess);
  EXPECT_EQ(Owner("F04346455252590A"), kDomain);
}

TEST_F(ExtraditionTest, RefusesWhatIsNotThereAndWhatIsNoDomain) {
  EXPECT_EQ(To("A00000015100000003", kApplication), kReferencedDataNotFound);
  EXPECT_EQ(To(kApplication, kInner), kReferencedDataNotFound);
  EXPECT_EQ(To(kDomain, "A00000015100000003"), kReferencedDataNotFound);
  EXPECT_EQ(To(kDomain, kIssuer), kReferencedDataNotFound);
}

TEST_F(ExtraditionTest, ADomainNeverBelongsToItself) {
  EXPECT_EQ(To(kDomain, kDomain), kConditionsNotSatisfied);
  EXPECT_EQ(To(kDomain, kInner), card::kSuccess);
  EXPECT_EQ(To(kInner, kDomain), kConditionsNotSatisfied);
  EXPECT_EQ(Owner(kDomain), kIssuer);
}

TEST_F(ExtraditionTest, ADomainGivesAwayItsOwnAlone) {
  EXPECT_EQ(To(kInner, kApplication, kDomain), kConditionsNotSatisfied);
  ASSERT_EQ(To(kDomain, kApplication), card::kSuccess);
  EXPECT_EQ(To(kInner, kApplication, kDomain), card::kSuccess);
  EXPECT_EQ(Owner(kApplication), kInner);
}

TEST_F(ExtraditionTest, RefusesDataThatIsCutShortOrGoesOn) {
  const Bytes whole = FromHexOrDie(
      absl::StrCat(Counted(kDomain), "00", Counted(kApplication), "000000"));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(StatusWordOf(Extradite(ByteSpan(whole).first(size),
                                     registry_.isd(), registry_)),
              kWrongData)
        << size;
  }
  EXPECT_EQ(StatusWordOf(Extradite(Concat({whole, Bytes{0}}), registry_.isd(),
                                   registry_)),
            kWrongData);
}

TEST_F(ExtraditionTest, AnUpdateChangesPrivilegesAndDomain) {
  EXPECT_EQ(Update("", kApplication, "04"), card::kSuccess);
  EXPECT_TRUE(registry_.FindApplication(Aid(kApplication))->default_selected());
  EXPECT_EQ(Update(kDomain, kApplication, ""), card::kSuccess);
  EXPECT_EQ(Owner(kApplication), kDomain);
  EXPECT_TRUE(registry_.FindApplication(Aid(kApplication))->default_selected());
  EXPECT_EQ(Update("", kApplication, "00"), card::kSuccess);
  EXPECT_FALSE(
      registry_.FindApplication(Aid(kApplication))->default_selected());
  EXPECT_EQ(Update("", kDomain, "80C000"), card::kSuccess);
  EXPECT_EQ(ToHex(registry_.FindApplication(Aid(kDomain))->privileges),
            "80C000");
}

TEST_F(ExtraditionTest, RefusesUpdatesThatCannotBeAndChangesNothing) {
  EXPECT_EQ(Update("", "A00000015100000003", "04"), kReferencedDataNotFound);
  EXPECT_EQ(Update("", kApplication, "80"), kWrongData);
  EXPECT_EQ(Update("", kDomain, "00"), kWrongData);
  EXPECT_EQ(Update("", kDomain, "90"), kWrongData);  // card lock
  EXPECT_EQ(Update("", kDomain, "81"), kWrongData);  // mandated, without DAP
  EXPECT_EQ(Update("", kApplication, "004000"), kWrongData);
  EXPECT_EQ(Update("A00000015100000003", kApplication, "04"),
            kReferencedDataNotFound);
  EXPECT_EQ(Update("", kApplication, "04", kDomain), kConditionsNotSatisfied);
  ASSERT_EQ(Update("", kDomain, "84"), card::kSuccess);
  EXPECT_EQ(Update("", kApplication, "04"), kConditionsNotSatisfied);
  EXPECT_EQ(ToHex(registry_.FindApplication(Aid(kApplication))->privileges),
            "000000");
}

}  // namespace
}  // namespace cardferry::cardsim
