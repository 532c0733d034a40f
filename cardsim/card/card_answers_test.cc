// What a card answers apart from the work: an Le that is too short, and a
// refusal that somebody asked for.
#include <string>

#include "absl/strings/str_cat.h"
#include "cardsim/card/card.h"
#include "cardsim/card_error.h"
#include "cardsim/testing/test_card.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

constexpr char kPackage[] = "F04346455252590A";
constexpr char kModule[] = "F04346455252590A01";
constexpr char kSelectModule[] = "00A4040009F04346455252590A0100";
constexpr char kSelectIsd[] = "00A4040008A00000015100000000";
constexpr char kIsdSelected[] = "6F108408A000000151000000A5049F6501FF9000";
constexpr char kGetStatus[] = "80F28002024F0000";

TEST(CardAnswersTest, AnAnswerLongerThanItsLeWaitsForTheSameCommand) {
  const std::string update = "80500000081011121314151617";
  TestCard once;
  const std::string answer = once.Send(update + "00");
  ASSERT_EQ(answer.size(), 2 * 34u);
  TestCard card;
  EXPECT_EQ(card.Send(update + "1C"), "6C20");
  EXPECT_EQ(card.Send(update + "1D"), "6C20");
  EXPECT_EQ(card.Send(update + "20"), answer);
  EXPECT_EQ(card.Send("80CA00C100"), once.Send("80CA00C100"));
  EXPECT_NE(card.Send(update + "20"), answer);  // it is a new one again
}

TEST(CardAnswersTest, AnAnswerWaitsForTheNextCommandAndNoLonger) {
  const std::string update = "80500000081011121314151617";
  TestCard card;
  EXPECT_EQ(card.Send(update + "1C"), "6C20");
  const std::string counter = card.Send("80CA00C100");
  EXPECT_EQ(card.Send(update + "20").size(), 2 * 34u);
  EXPECT_NE(card.Send("80CA00C100"), counter);
  EXPECT_EQ(card.Send(update + "1C"), "6C20");
  card.card().Reset();
  const std::string after = card.Send("80CA00C100");
  EXPECT_EQ(card.Send("805000000810111213141516FF20").size(), 2 * 34u);
  EXPECT_NE(card.Send("80CA00C100"), after);
}

TEST(CardAnswersTest, NoPageOfGetStatusIsLostToAShortLe) {
  TestCard card;
  ASSERT_EQ(card.Open(0x00), "9000");
  ASSERT_EQ(card.Load(kPackage, TestLoadFile({})), "009000");
  for (int i = 10; i < 30; ++i) {
    ASSERT_EQ(
        card.Install(kPackage, kModule, absl::StrCat("F0434645525259AA", i)),
        "009000");
  }
  const std::string first = card.Send("80F24002024F0000");
  const std::string second = card.Send("80F24003024F0000");
  ASSERT_EQ(first.substr(first.size() - 4), "6310");
  const std::string too_short = card.Send("80F24002024F0001");
  ASSERT_EQ(too_short.substr(0, 2), "6C");
  EXPECT_EQ(card.Send("80F24002024F00" + too_short.substr(2)), first);
  EXPECT_EQ(card.Send("80F24003024F0000"), second);
}

TEST(CardAnswersTest,
     ACommandThatIsRefusedOnRequestCountsInItsSessionAndNoMore) {
  for (const uint8_t level : {uint8_t{0x03}, uint8_t{0x33}, uint8_t{0x00}}) {
    TestCard card;
    ASSERT_EQ(card.Open(level), "9000");
    ASSERT_EQ(card.Secure(Command("80E60200", "08F04346455252590A00000000")),
              "009000");
    card.card().RefuseNext(kNoSpace);
    EXPECT_EQ(card.Secure("80E8000003C47F00"), "6A84");
    EXPECT_EQ(card.Secure("80E8000103C47F00"), "6985");  // the load is over
    EXPECT_EQ(card.Load(kPackage, TestLoadFile({})), "009000");
  }
  TestCard scp02(TestDesKeys(), {});
  ASSERT_EQ(scp02.Open(0x03), "9000");
  scp02.card().RefuseNext(kNoSpace);
  EXPECT_EQ(scp02.Secure(Command("80E60200", "08F04346455252590A00000000")),
            "6A84");
  EXPECT_EQ(scp02.Load(kPackage, TestLoadFile({})), "009000");
}

TEST(CardAnswersTest, ARefusalComesAfterTheChannelsOwn) {
  TestCard card;
  ASSERT_EQ(card.Open(0x01), "9000");
  card.card().RefuseNext(kNoSpace);
  EXPECT_EQ(card.Send("84F280020A4F00442EA795FFF66F7B00"), "6982");
  EXPECT_EQ(card.Secure(kGetStatus), "6985");
}

TEST(CardAnswersTest, RefusesWhatOpensASessionAndWhatIsNoneOfTheDomain) {
  TestCard card;
  card.card().RefuseNext(kNoSpace);
  EXPECT_EQ(card.Open(0x03), "6A84");
  ASSERT_EQ(card.Open(0x03), "9000");
  ASSERT_EQ(card.Load(kPackage, TestLoadFile({})), "009000");
  ASSERT_EQ(card.Install(kPackage, kModule, kModule), "009000");
  card.card().RefuseNext(kNoSpace);
  EXPECT_EQ(card.Send(kSelectModule), "6A84");
  EXPECT_NE(card.Secure(kGetStatus), "6985");  // SELECT has done nothing
  EXPECT_EQ(card.Send(kSelectModule), "9000");
  card.card().RefuseNext(kNoSpace);
  EXPECT_EQ(card.Send("80CA004500"), "6A84");
  EXPECT_EQ(card.Send("80CA004500"), "6D00");  // the applet's own
  card.card().RefuseNext(kNoSpace);
  EXPECT_EQ(card.Send("80"), "6A84");
  card.card().RefuseNext(kNoSpace);
  card.card().Reset();
  EXPECT_EQ(card.Send(kSelectIsd), kIsdSelected);
}

}  // namespace
}  // namespace cardferry::cardsim
