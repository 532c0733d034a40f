#include "tests/stage/opensc_tool.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::stage {
namespace {

TEST(OpenscToolTest, ReadsAnswersWithAndWithoutData) {
  ASSERT_OK_AND_ASSIGN(
      const auto answers,
      ParseOpenscOutput("Using reader with a card: Virtual PCD 00 00\n"
                        "Sending: 00 A4 04 00 00 \n"
                        "Received (SW1=0x6A, SW2=0x82)\n"
                        "Sending: 80 10 00 00 00 \n"
                        "Received (SW1=0x90, SW2=0x00):\n"
                        "41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F 50 "
                        "ABCDEFGHIJKLMNOP\n"
                        "51 20 2E Q .\n"));
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].sw.value(), 0x6A82);
  EXPECT_TRUE(answers[0].data.empty());
  EXPECT_EQ(answers[1].sw.value(), 0x9000);
  EXPECT_EQ(AsString(answers[1].data), "ABCDEFGHIJKLMNOPQ .");
}

TEST(OpenscToolTest, RefusesAStatusWordItCannotRead) {
  EXPECT_THAT(ParseOpenscOutput("Received (SW1=0xZZ, SW2=0x00)"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseOpenscOutput("Received (SW1=0x90"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(OpenscToolTest, NothingReceivedIsNoAnswer) {
  ASSERT_OK_AND_ASSIGN(const auto answers, ParseOpenscOutput("No card\n"));
  EXPECT_TRUE(answers.empty());
}

}  // namespace
}  // namespace cardferry::stage
