#include "cli/manifest/row_template.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cli {
namespace {

using testing::HasSubstr;
using Values = std::map<std::string, std::string>;

auto Refused(const std::string& why) {
  return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why));
}

TEST(RowTemplateTest, ValuesStandInThePlaceOfTheirNames) {
  const Values values = {{"NAME", "Zoë"}, {"id", "47"}};
  EXPECT_THAT(FillRow("", values), IsOkAndHolds(""));
  EXPECT_THAT(FillRow("a${row.NAME}b${row.id}${row.id}", values),
              IsOkAndHolds("aZoëb4747"));
  EXPECT_THAT(FillRow("5A02${card.kdd}", values),
              IsOkAndHolds("5A02${card.kdd}"));
  EXPECT_THAT(FillRow("$ {row.NAME} $$", values),
              IsOkAndHolds("$ {row.NAME} $$"));
}

TEST(RowTemplateTest, NoValueIsATemplateItself) {
  EXPECT_THAT(FillRow("${row.a}", {{"a", "${card.kdd}"}}),
              Refused("the row's value \"a\" has ${ in it"));
  EXPECT_THAT(FillRow("${row.b}", {{"a", "${"}, {"b", "$x"}}),
              IsOkAndHolds("$x"));
}

TEST(RowTemplateTest, RefusesWhatNoRowHas) {
  EXPECT_THAT(FillRow("${row.none}", {{"a", "secret"}}),
              Refused("the rows have no value called \"none\""));
  EXPECT_THAT(FillRow("${row.a}", {}), Refused("give them with --rows"));
  EXPECT_THAT(FillRow("x${row.a", {{"a", "1"}}), Refused("is not closed"));
}

TEST(RowTemplateTest, FillsEveryFieldOfAManifest) {
  config::v1::CardManifest manifest;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(packages {
           application: 'wallet'
           applets {
             module: 'F043464552'
             parameters_text: 'Hello ${row.NAME}'
             personal_data { data_groups { identifier: '0101'
                                           value: '5A0${row.n}' } }
           }
         }
         remove_packages: 'F0000000${row.n}1')",
      &manifest));
  const auto filled = FillRow(manifest, {{"NAME", "Zoë"}, {"n", "1"}});
  ASSERT_OK(filled);
  const auto& applet = filled->packages(0).applets(0);
  EXPECT_EQ(applet.parameters_text(), "Hello Zoë");
  EXPECT_EQ(applet.personal_data(0).data_groups(0).value(), "5A01");
  EXPECT_EQ(filled->remove_packages(0), "F000000011");
  EXPECT_EQ(filled->packages(0).application(), "wallet");
  EXPECT_THAT(FillRow(manifest, {{"NAME", "Zoë"}}), Refused("value: "));
}

}  // namespace
}  // namespace cardferry::cli
