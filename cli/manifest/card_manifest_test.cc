#include "cli/manifest/card_manifest.h"

#include <fstream>

#include "cli/manifest/manifest_file.h"
#include "cli/manifest/manifest_text.h"
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

TEST(CardManifestTest, SaysWhatTheRegistryShallSay) {
  ASSERT_OK_AND_ASSIGN(const auto desired, Compiled(R"(
    packages {
      application: 'a'
      security_domain: 'F0434645525344'
      applets {
        module: 'F043464552525901'
        life_cycle: LOCKED
        privileges: CARD_RESET
        update_privileges: true
        security_domain: 'F0434645525344'
      }
    }
    security_domains {
      instance: 'F0434645525344'
      privileges: TRUSTED_PATH
      parameters: '8102'
      life_cycle: SELECTABLE
    }
    applications { instance: 'F0434645525399' life_cycle: LOCKED })"));
  EXPECT_EQ(Hex(desired.packages(0).security_domain()), "F0434645525344");
  const auto& applet = desired.packages(0).applets(0);
  EXPECT_EQ(applet.life_cycle(), sequencer::v1::LIFE_CYCLE_LOCKED);
  EXPECT_TRUE(applet.update_privileges());
  EXPECT_EQ(Hex(applet.security_domain()), "F0434645525344");
  ASSERT_EQ(desired.domains_size(), 1);
  EXPECT_EQ(Hex(desired.domains(0).package_aid()), "A0000001515350");
  const auto& domain = desired.domains(0).domain();
  EXPECT_EQ(Hex(domain.module_aid()), "A000000151535041");
  EXPECT_EQ(Hex(domain.privileges()), "808000");
  EXPECT_EQ(Hex(domain.install_parameters()), "8102");
  ASSERT_EQ(desired.applications_size(), 1);
  EXPECT_EQ(Hex(desired.applications(0).instance_aid()), "F0434645525399");
  EXPECT_EQ(ManifestText(desired),
            "package  a, of security domain F0434645525344\n"
            "  applet F043464552525901, locked, privileges 04, of security "
            "domain F0434645525344\n"
            "security domain  F0434645525344, selectable\n"
            "application  F0434645525399, locked\n");
}

TEST(CardManifestTest, RefusesRegistryEntriesThatMakeNoSense) {
  EXPECT_THAT(Compiled("applications { instance: 'F0434645525399' "
                       "privileges: CARD_RESET }"),
              Refused("change only with update_privileges"));
  EXPECT_THAT(Compiled("applications { instance: 'F0434645' }"),
              Refused("applications[0].instance: an AID has 5 to 16 bytes"));
  EXPECT_THAT(Compiled("security_domains { instance: 'F0434645525399' } "
                       "applications { instance: 'F0434645525399' }"),
              Refused("is named twice"));
  EXPECT_THAT(WithApplet("security_domain: 'F0'"),
              Refused("packages[0].applets[0].security_domain"));
}

TEST(CardManifestTest, TakesPersonalDataInThreeForms) {
  ASSERT_OK_AND_ASSIGN(const auto desired, WithApplet(R"(
    personal_data {
      data_groups { identifier: '0101' value: '5A01' }
      data_groups { identifier: '8201' value_text: 'Zoë' }
    }
    personal_data { data_objects { identifier: '9F7F' } }
    personal_data { data_text: '4711' })"));
  const auto& applet = desired.packages(0).applets(0);
  ASSERT_EQ(applet.personal_data_size(), 3);
  const auto& groups = applet.personal_data(0);
  EXPECT_EQ(groups.format(), sequencer::v1::DATA_FORMAT_DGI);
  ASSERT_EQ(groups.objects_size(), 2);
  EXPECT_EQ(groups.objects(0).identifier(), 0x0101u);
  EXPECT_EQ(Hex(groups.objects(0).value()), "5A01");
  EXPECT_EQ(groups.objects(1).identifier(), 0x8201u);
  EXPECT_EQ(groups.objects(1).value(), "Zoë");
  const auto& objects = applet.personal_data(1);
  EXPECT_EQ(objects.format(), sequencer::v1::DATA_FORMAT_BER_TLV);
  EXPECT_EQ(objects.objects(0).identifier(), 0x9F7Fu);
  const auto& plain = applet.personal_data(2);
  EXPECT_EQ(plain.format(), sequencer::v1::DATA_FORMAT_PLAIN);
  EXPECT_EQ(plain.objects(0).identifier(), 0u);
  EXPECT_EQ(plain.objects(0).value(), "4711");
  EXPECT_THAT(ManifestText(desired), HasSubstr(", with personal data\n"));
  EXPECT_THAT(ManifestText(desired), Not(HasSubstr("4711")));
}

TEST(CardManifestTest, RefusesPersonalDataThatMakeNoSense) {
  EXPECT_THAT(WithApplet("personal_data {}"),
              Refused("packages[0].applets[0].personal_data[0]: say one of "
                      "data_groups, data_objects and data"));
  EXPECT_THAT(WithApplet("personal_data { data: '00' data_text: '0' }"),
              Refused("in hexadecimal or as text, not both"));
  EXPECT_THAT(WithApplet("personal_data { data: '00' data_objects "
                         "{ identifier: '9F7F' } }"),
              Refused("say one of"));
  EXPECT_THAT(WithApplet("personal_data { data_groups { value: '00' } }"),
              Refused("data_groups[0].identifier: a data grouping has 2 "
                      "bytes, a tag 1 to 3"));
  EXPECT_THAT(
      WithApplet("personal_data { data: '" + std::string(32770, '0') + "' }"),
      Refused("16385 bytes, at most 16384"));
}

TEST(CardManifestTest, FactsOfTheCardAreLeftToTheOrchestrator) {
  ASSERT_OK_AND_ASSIGN(const auto desired, WithApplet(R"(
    parameters_text: 'id=${card.id};'
    personal_data {
      data_groups { identifier: '0101' value: '5A0A${card.kdd}FF' }
    })"));
  const auto& applet = desired.packages(0).applets(0);
  EXPECT_EQ(applet.install_parameters(), "id=;");
  ASSERT_EQ(applet.install_parameter_facts_size(), 1);
  EXPECT_EQ(applet.install_parameter_facts(0).at(), 3u);
  EXPECT_EQ(applet.install_parameter_facts(0).fact(),
            sequencer::v1::CARD_FACT_ID);
  EXPECT_TRUE(applet.install_parameter_facts(0).as_text());
  const auto& object = applet.personal_data(0).objects(0);
  EXPECT_EQ(Hex(object.value()), "5A0AFF");
  ASSERT_EQ(object.facts_size(), 1);
  EXPECT_EQ(object.facts(0).at(), 2u);
  EXPECT_FALSE(object.facts(0).as_text());
  EXPECT_THAT(WithApplet("parameters: '${card.id}'"), Refused("is text"));
  EXPECT_THAT(WithApplet("parameters: '${card.pin}'"),
              Refused("${card.pin} is no fact of a card"));
  EXPECT_THAT(WithApplet("parameters: '${card.kdd'"), Refused("not closed"));
}

TEST(CardManifestTest, EachRowIsAManifestForItsCard) {
  const std::string path = testing::TempDir() + "/rows_manifest.textproto";
  std::ofstream(path) << "packages { application: 'a' applets { module: "
                         "'F043464552' parameters_text: '${row.NAME}' } }";
  const std::string rows = testing::TempDir() + "/rows_manifest.csv";
  std::ofstream(rows) << "card,NAME\nissuer/00,Zoë\nissuer/01,Ada\n";
  ASSERT_OK_AND_ASSIGN(const auto manifests, ReadManifestRows(path, rows));
  ASSERT_EQ(manifests.size(), 2u);
  EXPECT_EQ(manifests[0].card_id, "issuer/00");
  EXPECT_EQ(manifests[1].desired.packages(0).applets(0).install_parameters(),
            "Ada");
  EXPECT_THAT(ReadManifest(path), Refused("give them with --rows"));
  std::ofstream(rows) << "card,NAME\nissuer/00,Zoë\nissuer/00,Ada\n";
  EXPECT_THAT(ReadManifestRows(path, rows),
              Refused("line 3: this card had a row before"));
  std::ofstream(rows) << "NAME\nZoë\n";
  EXPECT_THAT(ReadManifestRows(path, rows), Refused("line 2: no value called"));
  std::ofstream(rows) << "card\nissuer/00\n";
  EXPECT_THAT(ReadManifestRows(path, rows),
              Refused("the rows have no value called \"NAME\""));
}

}  // namespace
}  // namespace cardferry::cli
