#include "lib/card/iso7816/security_commands.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

std::string Hex(const absl::StatusOr<CommandApdu>& command) {
  return command.ok() ? ToHex(command->Encode()) : command.status().ToString();
}

TEST(SecurityCommandsTest, AsksForTriesWithoutSpendingOne) {
  EXPECT_EQ(Hex(AskTriesLeft({1, false})), "00200001");
  EXPECT_EQ(Hex(AskTriesLeft({31, true})), "0020009F");
  EXPECT_THAT(AskTriesLeft({0, false}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "reference data 0: they are numbered 1 to 31"));
  EXPECT_THAT(AskTriesLeft({32, false}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(SecurityCommandsTest, ReadsTheTriesThatAreLeft) {
  EXPECT_EQ(TriesLeft(StatusWord(0x63C0)), 0);
  EXPECT_EQ(TriesLeft(StatusWord(0x63CF)), 15);
  EXPECT_EQ(TriesLeft(StatusWord(0x6983)), 0);
  for (const StatusWord sw :
       {kSuccess, StatusWord(0x6300), StatusWord(0x63B3), StatusWord(0x63D0)}) {
    EXPECT_EQ(TriesLeft(sw), std::nullopt) << sw.value();
  }
}

TEST(SecurityCommandsTest, AsksForAChallenge) {
  EXPECT_EQ(Hex(GetChallenge(8)), "0084000008");
  EXPECT_EQ(Hex(GetChallenge(256)), "0084000000");
  EXPECT_THAT(GetChallenge(0), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(GetChallenge(257), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(SecurityCommandsTest, TheAnswerOfMutualAuthenticateIsAsLongAsTheToken) {
  EXPECT_EQ(Hex(MutualAuthenticate(FromHexOrDie("A1A2"))), "0082000002A1A202");
  EXPECT_EQ(Hex(MutualAuthenticate(FromHexOrDie("A1"), 0x04, 0x83)),
            "0082048301A101");
  EXPECT_THAT(MutualAuthenticate({}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(MutualAuthenticate(Bytes(256)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::card
