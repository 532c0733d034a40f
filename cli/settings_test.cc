#include "cli/settings.h"

#include <fstream>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;

std::string WriteConfig(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

Environment Variables(std::map<std::string, std::string> set) {
  return [set = std::move(set)](const char* name) {
    const auto found = set.find(name);
    return found == set.end() ? std::string() : found->second;
  };
}

constexpr char kGood[] =
    "orchestrator: 'o:1' keyvault: 'v:3' "
    "tls { certificate: 'c' private_key: 'k' ca: 'a' }";

TEST(Settings, ComeFromTheFileThatTheEnvironmentNames) {
  ASSERT_OK_AND_ASSIGN(
      const Settings settings,
      ResolveSettings(
          {}, Variables({{"CARDFERRY_CONFIG", WriteConfig("good", kGood)}})));
  EXPECT_EQ(settings.orchestrator, "o:1");
  EXPECT_EQ(settings.keyvault, "v:3");
  EXPECT_EQ(settings.tls.certificate, "c");
  EXPECT_EQ(settings.tls.private_key, "k");
  EXPECT_EQ(settings.tls.ca, "a");
}

TEST(Settings, TheFlagsFileWinsOverTheEnvironments) {
  SettingFlags flags;
  flags.config = WriteConfig("good", kGood);
  ASSERT_OK_AND_ASSIGN(
      const Settings settings,
      ResolveSettings(flags,
                      Variables({{"CARDFERRY_CONFIG", "/nothing/here"}})));
  EXPECT_EQ(settings.orchestrator, "o:1");
}

TEST(Settings, AFlagWinsOverAVariableAndThatOverTheFile) {
  SettingFlags flags;
  flags.config = WriteConfig("good", kGood);
  flags.orchestrator = "flag:1";
  flags.ca = "flag.ca";
  ASSERT_OK_AND_ASSIGN(
      const Settings settings,
      ResolveSettings(flags, Variables({{"CARDFERRY_ORCHESTRATOR", "env:2"},
                                        {"CARDFERRY_KEYVAULT", "env:4"},
                                        {"CARDFERRY_CERTIFICATE", "env.crt"},
                                        {"CARDFERRY_CA", "env.ca"}})));
  EXPECT_EQ(settings.orchestrator, "flag:1");
  EXPECT_EQ(settings.keyvault, "env:4");
  EXPECT_EQ(settings.tls.certificate, "env.crt");
  EXPECT_EQ(settings.tls.private_key, "k");
  EXPECT_EQ(settings.tls.ca, "flag.ca");
}

TEST(Settings, EachSourceAloneIsEnough) {
  EXPECT_OK(ResolveSettings({"", "o:1", "", "c", "k", "a"}, Variables({})));
  EXPECT_OK(ResolveSettings({}, Variables({{"CARDFERRY_ORCHESTRATOR", "o:1"},
                                           {"CARDFERRY_CERTIFICATE", "c"},
                                           {"CARDFERRY_PRIVATE_KEY", "k"},
                                           {"CARDFERRY_CA", "a"}})));
}

TEST(Settings, SayHowToGiveWhatIsMissing) {
  EXPECT_THAT(
      ResolveSettings({}, Variables({})),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "no orchestrator: give --orchestrator HOST:PORT, or "
               "CARDFERRY_ORCHESTRATOR, or `orchestrator` in a configuration "
               "file (--config FILE or CARDFERRY_CONFIG)"));
  EXPECT_THAT(
      ResolveSettings({"", "o:1", "", "c", "", "a"}, Variables({})),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("--private-key FILE, or CARDFERRY_PRIVATE_KEY, or "
                         "`tls.private_key`")));
}

TEST(Settings, SayWhatIsWrongInTheFileAndWhere) {
  SettingFlags flags;
  flags.config = WriteConfig("bad", "orchestra: 'o:1'");
  EXPECT_THAT(
      ResolveSettings(flags, Variables({})),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bad:1:")));
  flags.config = "/nothing/here";
  EXPECT_THAT(ResolveSettings(flags, Variables({})),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::cli
