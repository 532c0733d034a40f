#include "cardsim/card/install_command.h"

#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

// Package, security domain, no hash, EF { C6 = 4096 }, no token.
constexpr char kForLoad[] =
    "08F043464552525901"
    "08A000000151000000"
    "00"
    "06EF04C6021000"
    "00";
// Package, module, application, privileges, C9, no token.
constexpr char kForInstall[] =
    "08F043464552525901"
    "09F04346455252590101"
    "09F04346455252590102"
    "0100"
    "04C9024711"
    "00";

card::StatusWord LoadRefusal(absl::string_view hex) {
  return StatusWordOf(ParseInstallForLoad(FromHexOrDie(hex)).status());
}
card::StatusWord InstallRefusal(absl::string_view hex) {
  return StatusWordOf(ParseInstallForInstall(FromHexOrDie(hex)).status());
}

TEST(InstallCommandTest, ReadsInstallForLoad) {
  ASSERT_OK_AND_ASSIGN(const InstallForLoad install,
                       ParseInstallForLoad(FromHexOrDie(kForLoad)));
  EXPECT_EQ(install.package.ToHex(), "F043464552525901");
  EXPECT_EQ(install.security_domain->ToHex(), "A000000151000000");
  EXPECT_TRUE(install.hash.empty());
  EXPECT_EQ(install.memory.code, 4096u);
}

TEST(InstallCommandTest, ReadsInstallForLoadWithAHashAndNothingElse) {
  ASSERT_OK_AND_ASSIGN(
      const InstallForLoad install,
      ParseInstallForLoad(FromHexOrDie("05F04346455200"
                                       "14000102030405060708090A0B0C0D0E0F"
                                       "101112130000")));
  EXPECT_FALSE(install.security_domain.has_value());
  EXPECT_EQ(install.hash.size(), 20u);
  EXPECT_EQ(install.memory.code, std::nullopt);
}

TEST(InstallCommandTest, ReadsInstallForInstall) {
  ASSERT_OK_AND_ASSIGN(const InstallForInstall install,
                       ParseInstallForInstall(FromHexOrDie(kForInstall)));
  EXPECT_EQ(install.package->ToHex(), "F043464552525901");
  EXPECT_EQ(install.module->ToHex(), "F04346455252590101");
  EXPECT_EQ(install.application.ToHex(), "F04346455252590102");
  EXPECT_EQ(ToHex(install.application_parameters), "4711");
}

TEST(InstallCommandTest, ReadsTheMemoryThatIsAskedFor) {
  ASSERT_OK_AND_ASSIGN(
      const InstallForInstall install,
      ParseInstallForInstall(FromHexOrDie("000009F043464552525901020100"
                                          "0EC900EF0AC7020100C80400010000"
                                          "00")));
  EXPECT_EQ(install.memory.code, std::nullopt);
  EXPECT_EQ(install.memory.volatile_data, 256u);
  EXPECT_EQ(install.memory.non_volatile_data, 65536u);
}

TEST(InstallCommandTest, ReadsInstallForPersonalization) {
  const Bytes data = FromHexOrDie("000009F04346455252590102000000");
  ASSERT_OK_AND_ASSIGN(const card::Aid aid,
                       ParseInstallForPersonalization(data));
  EXPECT_EQ(aid.ToHex(), "F04346455252590102");
  for (size_t size = 0; size < data.size(); ++size) {
    EXPECT_EQ(
        StatusWordOf(ParseInstallForPersonalization(ByteSpan(data).first(size))
                         .status()),
        kWrongData)
        << size;
  }
  for (const char* other :
       {"05F0434645520009F04346455252590102000000",
        "000009F043464552525901020100000000", "000000000000"}) {
    EXPECT_EQ(StatusWordOf(
                  ParseInstallForPersonalization(FromHexOrDie(other)).status()),
              kWrongData)
        << other;
  }
}

TEST(InstallCommandTest, ReadsThreeBytesOfPrivilegesAndLongLengths) {
  ASSERT_OK_AND_ASSIGN(
      const InstallForInstall install,
      ParseInstallForInstall(FromHexOrDie("0000"
                                          "09F04346455252590102"
                                          "03040010"
                                          "8104C9024711"
                                          "820000")));
  EXPECT_FALSE(install.package.has_value());
  EXPECT_FALSE(install.module.has_value());
  EXPECT_EQ(ToHex(install.privileges), "040010");
  EXPECT_EQ(ToHex(install.application_parameters), "4711");
}

TEST(InstallCommandTest, RefusesEveryTruncation) {
  const Bytes load = FromHexOrDie(kForLoad);
  for (size_t size = 0; size < load.size(); ++size) {
    EXPECT_EQ(
        StatusWordOf(ParseInstallForLoad(ByteSpan(load).first(size)).status()),
        kWrongData)
        << size;
  }
  const Bytes install = FromHexOrDie(kForInstall);
  for (size_t size = 0; size < install.size(); ++size) {
    EXPECT_EQ(
        StatusWordOf(
            ParseInstallForInstall(ByteSpan(install).first(size)).status()),
        kWrongData)
        << size;
  }
}

TEST(InstallCommandTest, RefusesBytesLeftOverAndTokens) {
  EXPECT_EQ(LoadRefusal(std::string(kForLoad) + "00"), kWrongData);
  EXPECT_EQ(InstallRefusal(std::string(kForInstall) + "00"), kWrongData);
  EXPECT_EQ(LoadRefusal("05F0434645520000000155"), kWrongData);
}

TEST(InstallCommandTest, RefusesImpossibleFields) {
  EXPECT_EQ(LoadRefusal("04F043464500000000"), kWrongData);    // short AID
  EXPECT_EQ(LoadRefusal("0000000000"), kWrongData);            // no AID
  EXPECT_EQ(LoadRefusal("05F04346455200000300"), kWrongData);  // cut short
  EXPECT_EQ(LoadRefusal("05F0434645520000038000"), kWrongData);
  EXPECT_EQ(LoadRefusal("05F043464552000003C6021000"), kWrongData);
  EXPECT_EQ(LoadRefusal("05F043464552000005EF03C6011000"), kWrongData);
  EXPECT_EQ(InstallRefusal("000005F043464552000000"), kWrongData);
  EXPECT_EQ(InstallRefusal("000005F043464552020000"
                           "0000"),
            kWrongData);
  EXPECT_EQ(InstallRefusal("000005F04346455201008300000000"), kWrongData);
}

}  // namespace
}  // namespace cardferry::cardsim
