// What happens to the shipped simulator in the real pcscd: power cuts with and
// without a state file, faults that were asked for, T=0.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "tests/cardsim/pcscd_fixture.h"
#include "tests/stage/pcscd.h"

namespace cardferry::cardsim {
namespace {

using testing::HasSubstr;

constexpr char kSelectBrokerage[] = "00A4040009F0434645525259010100";
constexpr char kReadAccount[] = "8010000000";

class CardsimTroubleTest : public PcscdFixture {
 protected:
  static absl::StatusOr<PcscCard> Connect() {
    return PcscCard::Connect(stage::kVirtualReader, kPatience);
  }
};

TEST_F(CardsimTroubleTest, AStateFileKeepsTheCardWhateverEndsTheSimulator) {
  const std::vector<std::string> options = {"--state", Path("kept.state")};
  ASSERT_OK_AND_ASSIGN(stage::Process cardsim, StartCardsim(options));
  {
    ASSERT_OK_AND_ASSIGN(const PcscCard card, Connect());
    Session session(card);
    ASSERT_EQ(session.Open(), "9000");
    ASSERT_EQ(session.LoadBrokerage(), "009000");
    EXPECT_EQ(Send(card, kSelectBrokerage), "9000");
    EXPECT_EQ(Send(card, "8020030002002A"), "9000");
    cardsim.Kill();
    ASSERT_OK(PcscCard::AwaitAbsence(stage::kVirtualReader, kPatience));
  }
  ASSERT_OK_AND_ASSIGN(cardsim, StartCardsim(options));
  {
    ASSERT_OK_AND_ASSIGN(const PcscCard card, Connect());
    EXPECT_EQ(Send(card, kSelectBrokerage), "9000");
    EXPECT_EQ(Send(card, kReadAccount), "123456789000");
    EXPECT_EQ(Send(card, "8024030002"), "002A9000");
    EXPECT_EQ(cardsim.Stop(), 0);
    ASSERT_OK(PcscCard::AwaitAbsence(stage::kVirtualReader, kPatience));
  }
  ASSERT_OK_AND_ASSIGN(cardsim, StartCardsim());
  ASSERT_OK_AND_ASSIGN(const PcscCard card, Connect());
  EXPECT_EQ(Send(card, kSelectBrokerage), "6A82");  // a new card
}

TEST_F(CardsimTroubleTest, OneProcessHasAStateFile) {
  const std::vector<std::string> options = {"--state", Path("shared.state")};
  ASSERT_OK_AND_ASSIGN(const stage::Process first, StartCardsim(options));
  ASSERT_OK(Connect().status());
  ASSERT_OK_AND_ASSIGN(stage::Process second, StartCardsim(options));
  EXPECT_THAT(second.Wait(kPatience), IsOkAndHolds(1));
  ASSERT_OK_AND_ASSIGN(const std::string log,
                       ReadFile(Path("cardsim.log"), 1 << 20));
  EXPECT_THAT(log, HasSubstr("shared.state is in use: another process has "
                             "this card"));
}

TEST_F(CardsimTroubleTest, ATornLoadBeginsAgainAndSucceeds) {
  ASSERT_OK_AND_ASSIGN(const stage::Process cardsim,
                       StartCardsim({"--fault", "tear@LOAD:2+1s", "--state",
                                     Path("torn.state")}));
  {
    ASSERT_OK_AND_ASSIGN(const PcscCard card, Connect());
    Session session(card);
    ASSERT_EQ(session.Open(), "9000");
    // What pcscd makes of a card that has gone: no error, and no bytes.
    EXPECT_EQ(session.LoadBrokerage(), "");
  }
  ASSERT_OK_AND_ASSIGN(const PcscCard card, Connect());
  Session session(card);
  ASSERT_EQ(session.Open(), "9000");
  EXPECT_EQ(session.LoadBrokerage(), "009000");
}

TEST_F(CardsimTroubleTest, AReinsertedCardHasNoSessionAndTheReaderSawNothing) {
  ASSERT_OK_AND_ASSIGN(const stage::Process cardsim,
                       StartCardsim({"--fault", "reinsert@INSTALL:1"}));
  ASSERT_OK_AND_ASSIGN(const PcscCard card, Connect());
  Session session(card);
  ASSERT_EQ(session.Open(), "9000");
  EXPECT_EQ(session.LoadBrokerage(), "6985");
  ASSERT_EQ(session.Open(), "9000");
  EXPECT_EQ(session.LoadBrokerage(), "009000");
}

TEST_F(CardsimTroubleTest, ASwappedCardIsAnotherOneAndTheReaderSawNothing) {
  const std::string keys = Path("other.keys");
  ASSERT_OK(
      WriteFileAtomically(keys,
                          AsBytes("kvn=30\nkdd=FFFFFFFFFFFFFFFFFFFF\n"
                                  "enc=00112233445566778899AABBCCDDEEFF\n"
                                  "mac=00112233445566778899AABBCCDDEEFF\n"
                                  "dek=00112233445566778899AABBCCDDEEFF\n"),
                          0400));
  ASSERT_OK_AND_ASSIGN(
      const stage::Process cardsim,
      StartCardsim({"--fault", "swap@INSTALL:1", "--swap_keys_file", keys}));
  ASSERT_OK_AND_ASSIGN(const PcscCard card, Connect());
  Session session(card);
  ASSERT_EQ(session.Open(), "9000");
  EXPECT_EQ(session.LoadBrokerage(), "6985");
  EXPECT_EQ(session.Open(), "wrong card cryptogram");
  EXPECT_EQ(Send(card, "80CA004500"), "450AFFFFFFFFFFFFFFFFFFFF9000");
}

TEST_F(CardsimTroubleTest, RefusesACommandWithTheStatusWordThatWasAskedFor) {
  ASSERT_OK_AND_ASSIGN(
      const stage::Process cardsim,
      StartCardsim({"--fault", "sw=6A84@LOAD:2", "--fault", "slow=1ms/LOAD"}));
  ASSERT_OK_AND_ASSIGN(const PcscCard card, Connect());
  Session session(card);
  ASSERT_EQ(session.Open(), "9000");
  EXPECT_EQ(session.LoadBrokerage(), "6A84");
  // The host's chain and the card's are the same still.
  EXPECT_EQ(session.LoadBrokerage(), "009000");
}

TEST_F(CardsimTroubleTest, ACardOfT0LetsItsAnswersBeFetched) {
  ASSERT_OK_AND_ASSIGN(const stage::Process cardsim,
                       StartCardsim({"--protocol", "t0"}));
  ASSERT_OK_AND_ASSIGN(const PcscCard card, Connect());
  EXPECT_THAT(card.Atr(), IsOkAndHolds(FromHexOrDie("3B00")));
  EXPECT_EQ(Send(card, "80CA004500"), "6C0C");
  EXPECT_EQ(Send(card, "80CA00450C"), "450A000102030405060708099000");
  EXPECT_EQ(Send(card, "00A4040008A000000151000000"), "6112");
  EXPECT_EQ(Send(card, "00C0000012"),
            "6F108408A000000151000000A5049F6501FF9000");
}

TEST_F(CardsimTroubleTest, SaysWhatIsWrongWithAFault) {
  ASSERT_OK_AND_ASSIGN(stage::Process cardsim,
                       StartCardsim({"--fault", "tear@LAOD:2"}));
  EXPECT_THAT(cardsim.Wait(kPatience), IsOkAndHolds(2));
  ASSERT_OK_AND_ASSIGN(const std::string log,
                       ReadFile(Path("cardsim.log"), 1 << 20));
  EXPECT_THAT(log,
              HasSubstr("--fault tear@LAOD:2: \"LAOD\" is none of SELECT"));
}

}  // namespace
}  // namespace cardferry::cardsim
