#include "cardsim/card/content_manager.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cardsim/card_error.h"
#include "cardsim/testing/load_files.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/tlv/tlv.h"
#include "lib/crypto/digest.h"

namespace cardferry::cardsim {
namespace {

constexpr char kPackage[] = "F04346455252590A";
constexpr char kModule[] = "F04346455252590A01";
constexpr char kInstance[] = "F04346455252590A02";

std::string Counted(absl::string_view hex) {
  return absl::StrFormat("%02X%s", hex.size() / 2, hex);
}

std::string ForLoad(absl::string_view package, absl::string_view hash = "",
                    absl::string_view parameters = "",
                    absl::string_view domain = "") {
  return absl::StrCat(Counted(package), Counted(domain), Counted(hash),
                      Counted(parameters), "00");
}

std::string ForInstall(absl::string_view package, absl::string_view module,
                       absl::string_view instance,
                       absl::string_view privileges = "00",
                       absl::string_view parameters = "C900") {
  return absl::StrCat(Counted(package), Counted(module), Counted(instance),
                      Counted(privileges), Counted(parameters), "00");
}

class ContentManagerTest : public testing::Test {
 protected:
  card::CommandApdu Command(absl::string_view header, absl::string_view data) {
    const auto command =
        card::CommandApdu::Parse(FromHexOrDie(absl::StrCat(header, "00")));
    return *card::CommandApdu::Create(command->header(), FromHexOrDie(data));
  }
  card::StatusWord Install(absl::string_view p1_p2, absl::string_view data) {
    return StatusWordOf(
        content_.Install(Command(absl::StrCat("80E6", p1_p2), data)));
  }
  card::StatusWord Load(absl::string_view p1_p2, absl::string_view data) {
    return StatusWordOf(
        content_.Load(Command(absl::StrCat("80E8", p1_p2), data)));
  }
  card::StatusWord Delete(absl::string_view p1_p2, absl::string_view data) {
    return StatusWordOf(
        content_.Delete(Command(absl::StrCat("80E4", p1_p2), data)));
  }
  // A package loaded in two blocks; the last answer.
  card::StatusWord LoadPackage(const TestPackage& package,
                               absl::string_view for_load) {
    const card::StatusWord begun = Install("0200", for_load);
    if (begun != card::kSuccess) return begun;
    const std::string file =
        ToHex(card::EncodeTlv(0xC4, TestLoadFile(package)));
    const card::StatusWord first = Load("0000", file.substr(0, 100));
    if (first != card::kSuccess) return first;
    return Load("8001", file.substr(100));
  }
  void LoadTestPackage() {
    ASSERT_EQ(LoadPackage({}, ForLoad(kPackage)), card::kSuccess);
  }

  Registry registry_{*card::Aid::FromHex("A000000151000000"), 10000};
  StoredObjects objects_;
  ContentManager content_{registry_.isd(), objects_, registry_};
};

TEST_F(ContentManagerTest, LoadsAndInstalls) {
  LoadTestPackage();
  ASSERT_EQ(registry_.packages().size(), 1u);
  EXPECT_EQ(registry_.packages()[0].data_block, TestLoadFile({}));
  EXPECT_EQ(Install("0C00", ForInstall(kPackage, kModule, kInstance)),
            card::kSuccess);
  ASSERT_EQ(registry_.applications().size(), 1u);
  EXPECT_EQ(registry_.applications()[0].aid.ToHex(), kInstance);
  EXPECT_EQ(registry_.applications()[0].life_cycle, kSelectable);
}

TEST_F(ContentManagerTest, InstallsFirstAndMakesSelectableLater) {
  LoadTestPackage();
  EXPECT_EQ(Install("0400", ForInstall(kPackage, kModule, kInstance)),
            card::kSuccess);
  EXPECT_EQ(registry_.applications()[0].life_cycle, kInstalled);
  EXPECT_EQ(Install("0800", ForInstall("", "", kInstance)), card::kSuccess);
  EXPECT_EQ(registry_.applications()[0].life_cycle, kSelectable);
  EXPECT_EQ(Install("0800", ForInstall("", "", kInstance)),
            kConditionsNotSatisfied);
  EXPECT_EQ(Install("0800", ForInstall("", "", kModule)),
            kReferencedDataNotFound);
}

TEST_F(ContentManagerTest, PersonalizesWhatIsSelectableAndNothingElse) {
  LoadTestPackage();
  const std::string for_instance = Counted(kInstance);
  const std::string data = "0000" + for_instance + "000000";
  EXPECT_EQ(Install("2000", data), kReferencedDataNotFound);
  EXPECT_EQ(Install("0400", ForInstall(kPackage, kModule, kInstance)),
            card::kSuccess);
  EXPECT_EQ(Install("2000", data), kConditionsNotSatisfied);
  EXPECT_EQ(Install("0800", ForInstall("", "", kInstance)), card::kSuccess);
  EXPECT_EQ(Install("2000", data), card::kSuccess);
}

TEST_F(ContentManagerTest, GivesStoreDataToTheAppletThatIsPersonalized) {
  LoadTestPackage();
  EXPECT_EQ(Install("0C00", ForInstall(kPackage, kModule, kInstance)),
            card::kSuccess);
  const auto store = [this](absl::string_view apdu) {
    const auto answer = content_.StoreData(Apdu(apdu));
    return answer.ok() ? answer->sw : StatusWordOf(answer.status());
  };
  EXPECT_EQ(Install("2000", "0000" + Counted(kInstance) + "000000"),
            card::kSuccess);
  EXPECT_EQ(store("80E2000003420111"), kInsNotSupported);  // the applet's
  content_.InterruptFor(0xE2);
  EXPECT_EQ(store("80E2000103420111"), kInsNotSupported);
  content_.InterruptFor(0xCA);
  EXPECT_EQ(store("80E2000003420111"), card::kSuccess);  // the domain's
  EXPECT_EQ(objects_.all().size(), 1u);
}

TEST_F(ContentManagerTest, HasRoomForTheMemoryThatIsAskedFor) {
  LoadTestPackage();
  const auto install = [this](absl::string_view ef) {
    return Install("0C00", Counted(kPackage) + Counted(kModule) +
                               Counted(kInstance) + "0100" + Counted(ef) +
                               "00");
  };
  EXPECT_EQ(install("EF04C8022710"), kNoSpace);      // of 10000 some are taken
  EXPECT_EQ(install("EF04C7022001"), kNoSpace);      // 8193
  EXPECT_EQ(install("EF06C80400010000"), kNoSpace);  // 65536
  EXPECT_EQ(install("EF08C7022000C8020100"), card::kSuccess);
  const std::string for_load = Counted("F04346455252590B") + "0000";
  EXPECT_EQ(Install("0200", for_load + "06EF04C602271000"), kNoSpace);
  EXPECT_EQ(Install("0200", for_load + "0AEF08C6021388C802138800"), kNoSpace);
  EXPECT_EQ(Install("0200", for_load + "0AEF08C6021388C802100000"),
            card::kSuccess);
}

TEST_F(ContentManagerTest, TakesTheSecurityDomainItHasAndNoOther) {
  EXPECT_EQ(Install("0200", ForLoad(kPackage, "", "", "A000000151000000")),
            card::kSuccess);
  EXPECT_EQ(Install("0200", ForLoad(kPackage, "", "", "A000000151000001")),
            kReferencedDataNotFound);
}

TEST_F(ContentManagerTest, ChecksTheHashOfTheLoadFileDataBlock) {
  const Bytes file = TestLoadFile({});
  const std::string sha1 = ToHex(crypto::Sha1(file));
  EXPECT_EQ(LoadPackage({}, ForLoad(kPackage, std::string(40, '0'))),
            kWrongData);
  EXPECT_EQ(LoadPackage({}, ForLoad(kPackage, std::string(64, '0'))),
            kWrongData);
  EXPECT_EQ(LoadPackage({}, ForLoad(kPackage, std::string(96, '0'))),
            kWrongData);
  EXPECT_EQ(LoadPackage({}, ForLoad(kPackage, std::string(128, '0'))),
            kWrongData);
  EXPECT_EQ(LoadPackage({}, ForLoad(kPackage, sha1.substr(2))), kWrongData);
  EXPECT_TRUE(registry_.packages().empty());
  EXPECT_EQ(LoadPackage({}, ForLoad(kPackage, sha1)), card::kSuccess);
  EXPECT_EQ(Delete("0000", "4F08F04346455252590A"), card::kSuccess);
  EXPECT_EQ(LoadPackage({}, ForLoad(kPackage, ToHex(crypto::Sha256(file)))),
            card::kSuccess);
}

TEST_F(ContentManagerTest, RefusesAnotherPackageThanAnnounced) {
  EXPECT_EQ(LoadPackage({}, ForLoad("F04346455252590B")), kWrongData);
  EXPECT_TRUE(registry_.packages().empty());
}

TEST_F(ContentManagerTest, RefusesADuplicateAid) {
  LoadTestPackage();
  EXPECT_EQ(Install("0200", ForLoad(kPackage)), kConditionsNotSatisfied);
  EXPECT_EQ(Install("0C00", ForInstall(kPackage, kModule, kPackage)),
            kConditionsNotSatisfied);
  EXPECT_EQ(Install("0C00", ForInstall(kPackage, kModule, kInstance)),
            card::kSuccess);
  EXPECT_EQ(Install("0C00", ForInstall(kPackage, kModule, kInstance)),
            kConditionsNotSatisfied);
}

TEST_F(ContentManagerTest, RefusesAnUnknownPackageOrModule) {
  LoadTestPackage();
  EXPECT_EQ(Install("0C00", ForInstall(kInstance, kModule, kInstance)),
            kReferencedDataNotFound);
  EXPECT_EQ(Install("0C00", ForInstall(kPackage, kInstance, kInstance)),
            kReferencedDataNotFound);
  EXPECT_EQ(Install("0C00", ForInstall("", "", kInstance)), kWrongData);
}

TEST_F(ContentManagerTest, OneApplicationIsSelectedByDefault) {
  LoadTestPackage();
  EXPECT_EQ(registry_.DefaultSelected(), nullptr);
  ASSERT_EQ(Install("0C00", ForInstall(kPackage, kModule, kInstance, "04")),
            card::kSuccess);
  ASSERT_NE(registry_.DefaultSelected(), nullptr);
  EXPECT_EQ(registry_.DefaultSelected()->aid.ToHex(), kInstance);
  EXPECT_EQ(Install("0C00", ForInstall(kPackage, kModule, kModule, "04")),
            kConditionsNotSatisfied);
  ASSERT_EQ(Install("0C00", ForInstall(kPackage, kModule, kModule)),
            card::kSuccess);
  const std::string make_default = ForInstall("", "", kModule, "04", "");
  EXPECT_EQ(Install("0800", make_default), kConditionsNotSatisfied);
  EXPECT_EQ(Delete("0000", "4F09F04346455252590A02"), card::kSuccess);
  EXPECT_EQ(Install("0800", make_default), card::kSuccess);
  EXPECT_EQ(Install("0800", make_default), card::kSuccess);
  EXPECT_EQ(registry_.DefaultSelected()->aid.ToHex(), kModule);
  EXPECT_EQ(Install("0800", ForInstall("", "", kModule)),
            kConditionsNotSatisfied);
}

TEST_F(ContentManagerTest, GivesNoOtherPrivileges) {
  LoadTestPackage();
  for (const char* privileges : {"80", "06", "000001", "040100"}) {
    EXPECT_EQ(
        Install("0C00", ForInstall(kPackage, kModule, kInstance, privileges)),
        kWrongData)
        << privileges;
  }
  EXPECT_EQ(Install("0C00", ForInstall(kPackage, kModule, kInstance, "000000")),
            card::kSuccess);
}

TEST_F(ContentManagerTest, RefusesOtherKindsOfInstall) {
  for (const char* p1_p2 : {"0000", "0100", "1100", "1400", "4100", "8200",
                            "8C00", "0E00", "0201", "0C01"}) {
    EXPECT_EQ(Install(p1_p2, ForLoad(kPackage)), kWrongP1P2) << p1_p2;
  }
}

TEST_F(ContentManagerTest, RefusesALoadThatNobodyBegan) {
  EXPECT_EQ(Load("0000", "C40155"), kConditionsNotSatisfied);
  LoadTestPackage();
  EXPECT_EQ(Load("0002", "55"), kConditionsNotSatisfied);
}

TEST_F(ContentManagerTest, RefusesAtOnceAHashThatItDoesNotCompute) {
  for (const size_t size : {1u, 19u, 21u, 28u, 31u, 33u, 47u, 49u, 63u}) {
    EXPECT_EQ(Install("0200", ForLoad(kPackage, std::string(2 * size, '0'))),
              kWrongData)
        << size;
  }
  for (const size_t size : {0u, 20u, 32u, 48u, 64u}) {
    EXPECT_EQ(Install("0200", ForLoad(kPackage, std::string(2 * size, '0'))),
              card::kSuccess)
        << size;
  }
}

TEST_F(ContentManagerTest, TheMemoryThatIsRequiredIsNoLimit) {
  EXPECT_EQ(LoadPackage({}, ForLoad(kPackage, "", "EF04C6020001")),
            card::kSuccess);
}

TEST_F(ContentManagerTest, ALoadOutOfOrderEndsTheLoad) {
  ASSERT_EQ(Install("0200", ForLoad(kPackage)), card::kSuccess);
  EXPECT_EQ(Load("0000", "C40355"), card::kSuccess);
  EXPECT_EQ(Load("0002", "55"), kWrongP1P2);
  EXPECT_EQ(Load("0001", "5555"), kConditionsNotSatisfied);
}

TEST_F(ContentManagerTest, RefusesOtherParametersOfLoad) {
  for (const char* p1_p2 : {"0100", "4000", "8100"}) {
    ASSERT_EQ(Install("0200", ForLoad(kPackage)), card::kSuccess);
    EXPECT_EQ(Load(p1_p2, "C40155"), kWrongP1P2) << p1_p2;
    EXPECT_EQ(Load("0000", "C40155"), kConditionsNotSatisfied);
  }
}

TEST_F(ContentManagerTest, AnotherInstallOrDeleteEndsTheLoad) {
  ASSERT_EQ(Install("0200", ForLoad(kPackage)), card::kSuccess);
  EXPECT_EQ(Delete("0000", "4F08F04346455252590A"), kReferencedDataNotFound);
  EXPECT_EQ(Load("0000", "C40155"), kConditionsNotSatisfied);
  ASSERT_EQ(Install("0200", ForLoad(kPackage)), card::kSuccess);
  EXPECT_EQ(Install("0200", "00"), kWrongData);
  EXPECT_EQ(Load("0000", "C40155"), kConditionsNotSatisfied);
}

TEST_F(ContentManagerTest, AFailedLoadStartsAgainFromInstall) {
  TestPackage lies;
  lies.imports = {"F04346455252590C"};  // not on the card
  EXPECT_EQ(LoadPackage(lies, ForLoad(kPackage)), kWrongData);
  EXPECT_EQ(registry_.free_bytes(), 10000u);
  LoadTestPackage();
}

TEST_F(ContentManagerTest, SaysSoWhenThereIsNoSpace) {
  TestPackage large;
  large.code_size = 10000;
  EXPECT_EQ(LoadPackage(large, ForLoad(kPackage)), kNoSpace);
  EXPECT_EQ(Install("0200", ForLoad(kPackage, "", "EF04C6022711")), kNoSpace);
  EXPECT_EQ(Install("0200", ForLoad(kPackage, "", "EF04C6022710")),
            card::kSuccess);
  TestPackage fills;
  fills.code_size = 9760;
  ASSERT_EQ(LoadPackage(fills, ForLoad(kPackage)), card::kSuccess);
  EXPECT_LT(registry_.free_bytes(), 128u);
  EXPECT_EQ(Install("0C00", ForInstall(kPackage, kModule, kInstance)),
            kNoSpace);
}

TEST_F(ContentManagerTest, AnAppletMayRefuseItsParameters) {
  TestPackage brokerage;
  brokerage.package = "F043464552525901";
  brokerage.modules = {"F04346455252590101"};
  ASSERT_EQ(LoadPackage(brokerage, ForLoad(brokerage.package)), card::kSuccess);
  EXPECT_EQ(Install("0C00", ForInstall(brokerage.package, brokerage.modules[0],
                                       brokerage.modules[0], "00",
                                       "C921" + std::string(66, '1'))),
            kWrongData);
  EXPECT_TRUE(registry_.applications().empty());
}

TEST_F(ContentManagerTest, DeletesOnePieceOrAllThatBelongsToIt) {
  LoadTestPackage();
  ASSERT_EQ(Install("0C00", ForInstall(kPackage, kModule, kInstance)),
            card::kSuccess);
  EXPECT_EQ(Delete("0000", "4F08F04346455252590A"), kConditionsNotSatisfied);
  EXPECT_EQ(Delete("0000", "4F09F04346455252590A02"), card::kSuccess);
  EXPECT_EQ(Delete("0000", "4F09F04346455252590A02"), kReferencedDataNotFound);
  ASSERT_EQ(Install("0C00", ForInstall(kPackage, kModule, kInstance)),
            card::kSuccess);
  EXPECT_EQ(Delete("0080", "4F08F04346455252590A"), card::kSuccess);
  EXPECT_EQ(registry_.free_bytes(), 10000u);
}

TEST_F(ContentManagerTest, RefusesADeleteOfAnythingElse) {
  for (const char* p1_p2 : {"8000", "0100", "0040", "0081"}) {
    EXPECT_EQ(Delete(p1_p2, "4F08F04346455252590A"), kWrongP1P2) << p1_p2;
  }
  for (const char* data :
       {"", "4F", "4F00", "4F04F0434645", "D00101", "4F08F04346455252590A00",
        "4F11000102030405060708090A0B0C0D0E0F10"}) {
    EXPECT_EQ(Delete("0000", data), kWrongData) << data;
  }
  EXPECT_EQ(Delete("0000", "4F08A000000151000000"), kConditionsNotSatisfied);
}

}  // namespace
}  // namespace cardferry::cardsim
