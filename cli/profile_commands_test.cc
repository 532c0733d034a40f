#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ProfileCommandsTest : public RunFixture {};

TEST_F(ProfileCommandsTest, ListsAndShowsProfiles) {
  fake_.profiles = {Demo()};
  EXPECT_EQ(Run({"profile", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("PROFILE"));
  EXPECT_EQ(Run({"profile", "show", "demo"}), kOk);
  EXPECT_THAT(out(), EndsWith("\nname: \"demo\"\n"));
  EXPECT_EQ(Run({"profile", "show", "other"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("there is no profile \"other\""));
}

}  // namespace
}  // namespace cardferry::cli
