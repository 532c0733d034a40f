#include "cli/manifest/card_manifest.h"

#include <fstream>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

config::v1::CardManifest Manifest(const std::string& text) {
  config::v1::CardManifest manifest;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &manifest));
  return manifest;
}

absl::StatusOr<sequencer::v1::DesiredState> Compiled(const std::string& text) {
  return CompileManifest(Manifest(text));
}

// An applet with this beside its module.
absl::StatusOr<sequencer::v1::DesiredState> WithApplet(
    const std::string& fields) {
  return Compiled(
      "packages { application: 'a' applets { module: 'F043464552525901' " +
      fields + " } }");
}

auto Refused(const std::string& why) {
  return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why));
}

std::string Hex(const std::string& bytes) { return ToHex(AsBytes(bytes)); }

TEST(CardManifestTest, BecomesADesiredState) {
  ASSERT_OK_AND_ASSIGN(const auto desired, Compiled(R"(
    packages { application: 'greetinglib' version: '1.0' }
    packages {
      content_hash:
          'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
      replace: true
      applets {
        module: 'F04346455252590301'
        instance: 'F04346455252590302'
        privileges: CARD_RESET
        privileges: CVM_MANAGEMENT
        parameters_text: 'Grüezi'
        system_parameters: 'C80200FF'
        uicc_parameters: '8000'
      }
    }
    remove_packages: 'f0000000ff'
    remove_applications: 'F0000000FE')"));
  ASSERT_EQ(desired.packages_size(), 2);
  EXPECT_EQ(desired.packages(0).application(), "greetinglib");
  EXPECT_EQ(desired.packages(0).version(), "1.0");
  EXPECT_EQ(desired.packages(0).content_hash(), "");
  EXPECT_FALSE(desired.packages(0).replace());
  EXPECT_EQ(desired.packages(1).content_hash(), std::string(32, '\xAA'));
  EXPECT_TRUE(desired.packages(1).replace());
  ASSERT_EQ(desired.packages(1).applets_size(), 1);
  const auto& applet = desired.packages(1).applets(0);
  EXPECT_EQ(Hex(applet.module_aid()), "F04346455252590301");
  EXPECT_EQ(Hex(applet.instance_aid()), "F04346455252590302");
  EXPECT_EQ(Hex(applet.privileges()), "06");
  EXPECT_EQ(applet.install_parameters(),
            "Gr\xC3\xBC"
            "ezi");
  EXPECT_EQ(Hex(applet.system_parameters()), "C80200FF");
  EXPECT_EQ(Hex(applet.uicc_parameters()), "8000");
  EXPECT_EQ(Hex(desired.absent_packages(0)), "F0000000FF");
  EXPECT_EQ(Hex(desired.absent_applications(0)), "F0000000FE");
}

TEST(CardManifestTest, AnInstanceIsCalledAsItsModuleWhenNothingIsSaid) {
  ASSERT_OK_AND_ASSIGN(const auto desired, WithApplet(""));
  const auto& applet = desired.packages(0).applets(0);
  EXPECT_EQ(applet.instance_aid(), applet.module_aid());
  EXPECT_EQ(Hex(applet.privileges()), "00");
}

TEST(CardManifestTest, PrivilegesHaveThreeBytesWhereOneIsNotEnough) {
  const auto privileges = [](const std::string& words) {
    const auto desired = WithApplet("privileges: [" + words + "]");
    EXPECT_OK(desired);
    return desired.ok() ? Hex(desired->packages(0).applets(0).privileges())
                        : "";
  };
  EXPECT_EQ(privileges("SECURITY_DOMAIN, MANDATED_DAP_VERIFICATION"), "C1");
  EXPECT_EQ(privileges("GLOBAL_SERVICE"), "000100");
  EXPECT_EQ(privileges("CONTACTLESS_ACTIVATION"), "000020");
  EXPECT_EQ(privileges("SECURITY_DOMAIN, AUTHORIZED_MANAGEMENT"), "804000");
}

TEST(CardManifestTest, RefusesPrivilegesThatExcludeEachOther) {
  EXPECT_THAT(WithApplet("privileges: DAP_VERIFICATION"),
              Refused("SECURITY_DOMAIN is missing"));
  EXPECT_THAT(WithApplet("privileges: [SECURITY_DOMAIN, DELEGATED_MANAGEMENT, "
                         "AUTHORIZED_MANAGEMENT]"),
              Refused("exclude each other"));
  EXPECT_THAT(WithApplet("privileges: PRIVILEGE_UNSPECIFIED"),
              Refused("is no privilege"));
}

TEST(CardManifestTest, SaysWhichFieldIsWrong) {
  EXPECT_THAT(Compiled(""), Refused("the manifest wants nothing"));
  EXPECT_THAT(Compiled("packages {}"),
              Refused("packages[0]: say either application or content_hash"));
  EXPECT_THAT(Compiled("packages { content_hash: 'AA' }"),
              Refused("packages[0]: content_hash has 32 bytes"));
  EXPECT_THAT(Compiled("packages { application: 'a' version: '1' }"),
              Refused("packages[0].version"));
  EXPECT_THAT(Compiled("packages { application: 'a' version: '1.256' }"),
              Refused("packages[0].version"));
  EXPECT_THAT(
      Compiled("packages { application: 'a' } packages { application: 'a' }"),
      Refused("packages[1]: the same CAP file is named twice"));
  EXPECT_THAT(WithApplet("instance: 'F043'"),
              Refused("packages[0].applets[0].instance: an AID has 5 to 16"));
  EXPECT_THAT(WithApplet("system_parameters: 'C8'  uicc_parameters: '8'"),
              Refused("packages[0].applets[0].uicc_parameters: not bytes"));
  EXPECT_THAT(Compiled("remove_packages: 'F000000001' "
                       "remove_applications: 'F000000001'"),
              Refused("remove_applications: F000000001 is named twice"));
}

TEST(CardManifestTest, NeverRepeatsParameters) {
  const auto both =
      WithApplet("parameters: '414243' parameters_text: 'secret'");
  EXPECT_THAT(both, Refused("say either parameters or parameters_text"));
  EXPECT_THAT(both.status().message(), Not(HasSubstr("secret")));
  const auto odd = WithApplet("parameters: '41424'");
  EXPECT_THAT(odd, Refused("not bytes in hexadecimal"));
  EXPECT_THAT(odd.status().message(), Not(HasSubstr("41424")));
  EXPECT_THAT(WithApplet("parameters: '" + std::string(512, '0') + "'"),
              Refused("256 bytes, at most 255"));
  ASSERT_OK_AND_ASSIGN(const auto fine, WithApplet("parameters_text: 'DE00'"));
  EXPECT_EQ(ManifestText(fine),
            "package  a\n"
            "  applet F043464552525901\n");
}

TEST(CardManifestTest, AFileIsReadWithItsLines) {
  const std::string path = ::testing::TempDir() + "/wallet.textproto";
  std::ofstream(path) << "packages { application: 'wallet' }\n";
  ASSERT_OK_AND_ASSIGN(const auto desired, ReadManifest(path));
  EXPECT_EQ(desired.packages(0).application(), "wallet");
  std::ofstream(path) << "packages {\n  aplication: 'wallet'\n}\n";
  EXPECT_THAT(ReadManifest(path), Refused(path + ":2:"));
  std::ofstream(path) << "packages {}\n";
  EXPECT_THAT(ReadManifest(path), Refused(path + ": packages[0]"));
}

}  // namespace
}  // namespace cardferry::cli
