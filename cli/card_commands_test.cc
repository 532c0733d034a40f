#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class CardCommandsTest : public RunFixture {};

TEST_F(CardCommandsTest, ShowsTheContentOfTheOnlyCard) {
  EXPECT_EQ(Run({"card", "content"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("no card is known yet"));
  fake_.cards = {Card()};
  EXPECT_EQ(Run({"card", "content"}), kOk);
  EXPECT_THAT(out(), StartsWith("Card issuer/0001020304"));
  EXPECT_EQ(Run({"card", "content", "issuer/0001020304"}), kOk);
  EXPECT_EQ(Run({"card", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("CARD"));
  fake_.cards = {Card(), Card()};
  EXPECT_EQ(Run({"card", "content"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("there are 2 cards: say which"));
}

}  // namespace
}  // namespace cardferry::cli
