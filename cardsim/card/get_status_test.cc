#include "cardsim/card/get_status.h"

#include "absl/strings/str_format.h"
#include "cardsim/applets/applet_factory.h"
#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

constexpr char kIsd[] = "A000000151000000";

card::Aid AidOf(absl::string_view hex) { return *card::Aid::FromHex(hex); }

class GetStatusTest : public testing::Test {
 protected:
  // Data and SW of GET STATUS with these P1 P2 and data.
  std::string Send(absl::string_view p1_p2, absl::string_view data = "4F00") {
    const Bytes header = FromHexOrDie(p1_p2);
    const auto command = card::CommandApdu::Create(
        {0x80, 0xF2, header[0], header[1]}, FromHexOrDie(data), 256);
    const auto response = get_status_.Process(*command, registry_, viewer_);
    if (!response.ok()) {
      return ToHex(
          card::ResponseApdu{{}, StatusWordOf(response.status())}.Encode());
    }
    return ToHex(response->Encode());
  }
  void AddPackage(absl::string_view aid, std::vector<card::Aid> modules) {
    ASSERT_OK(registry_.AddPackage(Package{
        LoadFile{AidOf(aid), 1, 2, std::move(modules), {}}, Bytes(10)}));
  }
  void AddApplication(absl::string_view aid, uint8_t life_cycle) {
    ASSERT_OK(registry_.AddApplication(
        Application{AidOf(aid),
                    AidOf("F0434645525201"),
                    AidOf("F043464552520101"),
                    life_cycle,
                    {},
                    10,
                    *MakeApplet(AidOf("F0434645525201"), {})}));
  }

  Registry registry_{AidOf(kIsd), 100000};
  GetStatus get_status_;
  card::Aid viewer_ = registry_.isd();
};

TEST_F(GetStatusTest, ShowsTheIssuerSecurityDomain) {
  EXPECT_EQ(Send("8002"),
            "E31D4F08A0000001510000009F70010FC5039EDE80CC08A000000151000000"
            "9000");
  EXPECT_EQ(Send("8000"), "08A0000001510000000F9E9000");
}

TEST_F(GetStatusTest, AnEmptyCardHasNothingElse) {
  for (const char* p1_p2 : {"4002", "2002", "1002", "4000", "2000", "1000"}) {
    EXPECT_EQ(Send(p1_p2), "6A88") << p1_p2;
  }
}

TEST_F(GetStatusTest, ShowsPackagesModulesAndApplications) {
  AddPackage("F0434645525201", {AidOf("F043464552520101")});
  AddApplication("F043464552520102", kSelectable);
  EXPECT_EQ(Send("2002"),
            "E31B4F07F04346455252019F700101CE020102CC08A0000001510000009000");
  EXPECT_EQ(Send("1002"),
            "E3254F07F04346455252019F700101CE0201028408F043464552520101"
            "CC08A0000001510000009000");
  EXPECT_EQ(Send("4002"),
            "E3264F08F0434645525201029F700107C503000000C407F0434645525201"
            "CC08A0000001510000009000");
  EXPECT_EQ(Send("2000"), "07F043464552520101009000");
  EXPECT_EQ(Send("1000"), "07F043464552520101000108F0434645525201019000");
  EXPECT_EQ(Send("4000"), "08F04346455252010207009000");
}

TEST_F(GetStatusTest, P1HasOneBitForEachKindOfThing) {
  AddPackage("F0434645525201", {AidOf("F043464552520101")});
  AddApplication("F043464552520102", kSelectable);
  const std::string isd = "08A0000001510000000F9E";
  const std::string application = "08F0434645525201020700";
  const std::string package = "07F04346455252010100";
  const std::string with_module = package + "0108F043464552520101";
  EXPECT_EQ(Send("C000"), isd + application + "9000");
  EXPECT_EQ(Send("E000"), isd + application + package + "9000");
  EXPECT_EQ(Send("6000"), application + package + "9000");
  EXPECT_EQ(Send("3000"), with_module + "9000");
  EXPECT_EQ(Send("F000"), isd + application + with_module + "9000");
  EXPECT_EQ(Send("C000", "4F05F043464552"), application + "9000");
}

TEST_F(GetStatusTest, ShowsWhatBeginsLikeTheSearchCriterion) {
  AddPackage("F0434645525201", {});
  AddPackage("F0434645525202", {});
  EXPECT_EQ(Send("2000", "4F07F0434645525202"), "07F043464552520201009000");
  EXPECT_EQ(Send("2000", "4F05F043464552"),
            "07F0434645525201010007F043464552520201009000");
  EXPECT_EQ(Send("2000", "4F08F043464552520200"), "6A88");
  EXPECT_EQ(Send("8000", "4F05F043464552"), "6A88");
}

TEST_F(GetStatusTest, ShowsTheTagsOfTheTagListOnly) {
  AddPackage("F0434645525201", {AidOf("F043464552520101")});
  EXPECT_EQ(Send("1002", "4F005C034F9F70"),
            "E30D4F07F04346455252019F7001019000");
  EXPECT_EQ(Send("1002", "4F005C0184"), "E30A8408F0434645525201019000");
  EXPECT_EQ(Send("1002", "4F005C029F"), "6A80");
}

TEST_F(GetStatusTest, GoesOnWhereThePageEnded) {
  for (int i = 0; i < 20; ++i) {
    AddPackage(absl::StrFormat("F04346455252%02X", i), {});
  }
  // 29 bytes each, eight on a page of 239.
  std::string all;
  std::string page = Send("2002");
  int pages = 1;
  while (page.substr(page.size() - 4) == "6310") {
    EXPECT_LE(page.size(), 2 * 241u);
    all += page.substr(0, page.size() - 4);
    page = Send("2003");
    ++pages;
  }
  EXPECT_EQ(page.substr(page.size() - 4), "9000");
  all += page.substr(0, page.size() - 4);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(all.size(), 2 * 29u * 20u);
  EXPECT_EQ(Send("2003"), "6A88");
}

TEST_F(GetStatusTest, SplitsAnEntryThatFitsNoPage) {
  std::vector<card::Aid> modules;
  for (int i = 0; i < 20; ++i) {
    modules.push_back(
        AidOf(absl::StrFormat("F043464552520102030405060708%02X", i)));
  }
  AddPackage("F0434645525201", modules);
  const std::string first = Send("1002");
  const std::string second = Send("1003");
  EXPECT_EQ(first.size(), 2 * 241u);
  EXPECT_EQ(first.substr(0, 8), "E382016F");
  EXPECT_EQ(second.substr(second.size() - 4), "9000");
  // Value: 4F (9), 9F70 (4), CE (4), 20 x 84 (17), CC (10).
  EXPECT_EQ((first.size() + second.size()) / 2,
            4 + 9 + 4 + 4 + 20 * 17 + 10 + 2 * 2u);
}

TEST_F(GetStatusTest, ANextPageHasToFollowItsFirst) {
  EXPECT_EQ(Send("8003"), "6A88");
  for (int i = 0; i < 20; ++i) {
    AddPackage(absl::StrFormat("F04346455252%02X", i), {});
  }
  Send("2002");
  EXPECT_EQ(Send("1003"), "6A88");
  EXPECT_EQ(Send("2001"), "6A88");
  EXPECT_EQ(Send("2003", "4F01F0"), "6A88");
  EXPECT_NE(Send("2003"), "6A88");
  Send("2002");
  get_status_.Reset();
  EXPECT_EQ(Send("2003"), "6A88");
}

TEST_F(GetStatusTest, RefusesOtherParameters) {
  for (const char* p1_p2 : {"0002", "8102", "0102", "8004", "8080"}) {
    EXPECT_EQ(Send(p1_p2), "6A86") << p1_p2;
  }
  for (const char* data : {"", "4F", "4F0A", "5C014F", "4F009F7000",
                           "4F1100112233445566778899AABBCCDDEEFF00"}) {
    EXPECT_EQ(Send("8002", data), "6A80") << data;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
