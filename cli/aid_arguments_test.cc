#include "cli/aid_arguments.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cli {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

std::string Hex(const std::string& bytes) { return ToHex(AsBytes(bytes)); }

TEST(ParseAid, TakesFiveToSixteenBytes) {
  EXPECT_THAT(ParseAid("a000000001", "--package"),
              IsOkAndHolds(std::string("\xA0\0\0\0\x01", 5)));
  EXPECT_OK(ParseAid(std::string(32, '1'), "--package"));
  for (const std::string& wrong :
       {std::string("A0000000"), std::string(34, '1'),
        std::string("A0000000011"), std::string("A00000000G"), std::string()}) {
    EXPECT_THAT(ParseAid(wrong, "--package"),
                StatusIs(StatusCode::kInvalidArgument,
                         HasSubstr("--package: an AID is 10 to 32 hexadecimal "
                                   "digits, not \"" +
                                   wrong + "\"")));
  }
}

TEST(ParseApplet, TakesAModuleAlone) {
  ASSERT_OK_AND_ASSIGN(const auto applet, ParseApplet("A000000001"));
  EXPECT_EQ(Hex(applet.module_aid()), "A000000001");
  EXPECT_EQ(applet.instance_aid(), "");
  EXPECT_EQ(applet.privileges(), "");
}

TEST(ParseApplet, TakesAnInstanceAndPrivileges) {
  ASSERT_OK_AND_ASSIGN(const auto applet,
                       ParseApplet("A000000001:A00000000102:800000"));
  EXPECT_EQ(Hex(applet.instance_aid()), "A00000000102");
  EXPECT_EQ(Hex(applet.privileges()), "800000");
  ASSERT_OK_AND_ASSIGN(const auto same, ParseApplet("A000000001::04"));
  EXPECT_EQ(same.instance_aid(), "");
  EXPECT_EQ(Hex(same.privileges()), "04");
}

TEST(ParseApplet, RefusesWhatIsNone) {
  for (const char* wrong :
       {"", ":A000000001", "A000000001:A0", "A000000001::", "A000000001::0405",
        "A000000001::04:", "A000000001:x"}) {
    EXPECT_THAT(ParseApplet(wrong),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("--applet")))
        << wrong;
  }
}

}  // namespace
}  // namespace cardferry::cli
