#include "cli/settings.h"

#include <fstream>

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

constexpr char kGood[] =
    "orchestrator: 'o:1' tls { certificate: 'c' private_key: 'k' ca: 'a' }";

TEST(Settings, ComeFromTheFileThatTheEnvironmentNames) {
  ASSERT_OK_AND_ASSIGN(const Settings settings,
                       ResolveSettings({}, WriteConfig("good", kGood)));
  EXPECT_EQ(settings.orchestrator, "o:1");
  EXPECT_EQ(settings.tls.certificate, "c");
  EXPECT_EQ(settings.tls.private_key, "k");
  EXPECT_EQ(settings.tls.ca, "a");
}

TEST(Settings, TheFlagsFileWinsOverTheEnvironments) {
  SettingFlags flags;
  flags.config = WriteConfig("good", kGood);
  ASSERT_OK_AND_ASSIGN(const Settings settings,
                       ResolveSettings(flags, "/nothing/here"));
  EXPECT_EQ(settings.orchestrator, "o:1");
}

TEST(Settings, FlagsWinOverTheFile) {
  SettingFlags flags;
  flags.orchestrator = "p:2";
  flags.ca = "b";
  ASSERT_OK_AND_ASSIGN(const Settings settings,
                       ResolveSettings(flags, WriteConfig("good", kGood)));
  EXPECT_EQ(settings.orchestrator, "p:2");
  EXPECT_EQ(settings.tls.ca, "b");
  EXPECT_EQ(settings.tls.certificate, "c");
}

TEST(Settings, FlagsAloneAreEnough) {
  EXPECT_OK(ResolveSettings({"", "o:1", "c", "k", "a"}, ""));
}

TEST(Settings, SayHowToGiveWhatIsMissing) {
  EXPECT_THAT(ResolveSettings({}, ""),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "no orchestrator: give --orchestrator HOST:PORT, or "
                       "`orchestrator` in a configuration file (--config FILE "
                       "or CARDFERRY_CONFIG)"));
  EXPECT_THAT(ResolveSettings({"", "o:1", "c", "k", ""}, ""),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--ca FILE, or `tls.ca`")));
}

TEST(Settings, SayWhatIsWrongInTheFileAndWhere) {
  EXPECT_THAT(
      ResolveSettings({}, WriteConfig("bad", "orchestra: 'o:1'")),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bad:1:")));
  EXPECT_THAT(ResolveSettings({}, "/nothing/here"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::cli
