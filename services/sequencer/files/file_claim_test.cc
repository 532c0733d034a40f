#include "services/sequencer/files/file_claim.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "lib/card/script/run_script.h"
#include "services/sequencer/card_claim.h"

namespace cardferry::sequencer {
namespace {

using card::ResponseApdu;

constexpr char kGdo[] = "5A0A80490102030405060708";

ResponseApdu Answer(absl::string_view hex) {
  return *ResponseApdu::Parse(FromHexOrDie(hex));
}

card::Script Initialize() {
  return {
      {*card::CommandApdu::Parse(FromHexOrDie("80500000080102030405060708")),
       {card::StatusWordPattern{}},
       card::AnyData{},
       card::OnMismatch::kStop,
       "INITIALIZE UPDATE"}};
}

// How a card that answers INITIALIZE UPDATE so runs the challenge half.
card::Transcript Challenge(const card::Script& script,
                           absl::string_view initialize) {
  return card::RunScript(
      script,
      [&](const card::CommandApdu& command) -> absl::StatusOr<ResponseApdu> {
        return command.header().ins == 0x50 ? Answer(initialize)
                                            : Answer("11121314151617189000");
      },
      nullptr);
}

TEST(FileClaimTest, OnlyACardThatRefusesInitializeUpdateIsAskedForAChallenge) {
  card::Script identify;
  card::Script challenge = Initialize();
  AskForFiles(identify, challenge);
  ASSERT_EQ(identify.size(), 1u);
  EXPECT_EQ(ToHex(identify[0].command.Encode()), "00B082000C");
  ASSERT_EQ(challenge.size(), 2u);
  EXPECT_EQ(ToHex(challenge[1].command.Encode()), "0084000008");
  // The agent gets it as bytes.
  EXPECT_EQ(*card::DecodeScript(card::EncodeScript(challenge)), challenge);
  EXPECT_EQ(Challenge(challenge, "CAFE9000").answers.size(), 1u);
  EXPECT_EQ(Challenge(challenge, "CAFE9000").end, card::RunEnd::kStopped);
  EXPECT_EQ(Challenge(challenge, "6E00").answers.size(), 2u);
  EXPECT_EQ(Challenge(challenge, "6E00").end, card::RunEnd::kDone);
}

// Where some cards are asked with challenges of two lengths, and some say
// without being asked what theirs would be.
TEST(FileClaimTest, TheChallengeComesLast) {
  const Questions questions{{}, false, true, true, true};
  const card::Script before = ChallengeScript(questions, {});
  ASSERT_EQ(before.size(), ChallengeCommands(questions));
  card::Script identify;
  card::Script challenge = before;
  AskForFiles(identify, challenge);
  ASSERT_EQ(challenge.size(), before.size() + 1);
  challenge.pop_back();
  EXPECT_EQ(challenge, before);
  AskForFiles(identify, challenge);
  EXPECT_EQ(Challenge(challenge, "CAFE9000").answers.size(), 1u);
  card::Transcript asked = Challenge(challenge, "6E00");
  EXPECT_EQ(asked.answers.size(), before.size() + 1);
  card::Transcript identified{{Answer(absl::StrCat(kGdo, "9000"))},
                              card::RunEnd::kDone};
  const auto claim = TakeFileAnswers(before.size(), identified, &asked);
  ASSERT_TRUE(claim.has_value());
  EXPECT_EQ(ToHex(claim->challenge), "1112131415161718");
  EXPECT_EQ(asked.answers.size(), before.size());
}

TEST(FileClaimTest, AFileCardSaysItsNumberAndItsChallenge) {
  card::Transcript identify{
      {Answer("6A82"), Answer(absl::StrCat(kGdo, "9000"))},
      card::RunEnd::kDone};
  card::Transcript challenge{{Answer("6E00"), Answer("11121314151617189000")},
                             card::RunEnd::kDone};
  const auto claim = TakeFileAnswers(1, identify, &challenge);
  ASSERT_TRUE(claim.has_value());
  EXPECT_EQ(ToHex(claim->serial_number), "80490102030405060708");
  EXPECT_EQ(ToHex(claim->challenge), "1112131415161718");
  // As if nobody had asked.
  EXPECT_EQ(identify.answers.size(), 1u);
  EXPECT_EQ(challenge.answers.size(), 1u);
}

TEST(FileClaimTest, WithoutTheChallengeHalfItSaysItsNumberOnly) {
  card::Transcript identify{{Answer(absl::StrCat(kGdo, "9000"))},
                            card::RunEnd::kDone};
  const auto claim = TakeFileAnswers(1, identify, nullptr);
  ASSERT_TRUE(claim.has_value());
  EXPECT_TRUE(claim->challenge.empty());
}

TEST(FileClaimTest, OtherCardsSayNothingAndKeepTheirAnswers) {
  for (const char* gdo : {"6D00", "9000", "5A099000",
                          "5A0980490102030405069000", "5A0A804901020304059000",
                          "4F0A80490102030405060708"
                          "9000"}) {
    card::Transcript identify{{Answer("9000"), Answer(gdo)},
                              card::RunEnd::kDone};
    card::Transcript challenge{{Answer("CAFE9000")}, card::RunEnd::kDone};
    EXPECT_FALSE(TakeFileAnswers(1, identify, &challenge).has_value()) << gdo;
    EXPECT_EQ(identify.answers.size(), 1u);
    EXPECT_EQ(challenge.answers.size(), 1u);
  }
  card::Transcript gone;
  EXPECT_FALSE(TakeFileAnswers(1, gone, nullptr).has_value());
}

TEST(FileClaimTest, AChallengeOfAnotherLengthIsNone) {
  for (const char* answer : {"6985", "1112139000"}) {
    card::Transcript identify{{Answer(absl::StrCat(kGdo, "9000"))},
                              card::RunEnd::kDone};
    card::Transcript challenge{{Answer("6E00"), Answer(answer)},
                               card::RunEnd::kDone};
    EXPECT_TRUE(TakeFileAnswers(1, identify, &challenge)->challenge.empty());
  }
}

}  // namespace
}  // namespace cardferry::sequencer
