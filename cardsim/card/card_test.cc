#include "cardsim/card/card.h"

#include "absl/strings/str_cat.h"
#include "cardsim/testing/memory_store.h"
#include "cardsim/testing/test_card.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

constexpr char kSelectIsd[] = "00A4040008A00000015100000000";
constexpr char kIsdSelected[] = "6F108408A000000151000000A5049F6501FF9000";
constexpr char kGetStatus[] = "80F28002024F0000";

constexpr char kBrokerage[] = "F043464552525901";
constexpr char kModule[] = "F04346455252590101";
constexpr char kSelectBrokerage[] = "00A4040009F0434645525259010100";

TestPackage Brokerage() {
  TestPackage package;
  package.package = kBrokerage;
  package.modules = {kModule};
  return package;
}

// A card with the brokerage applet and account number 31323334.
void LoadBrokerage(TestCard& card) {
  ASSERT_EQ(card.Open(0x03), "9000");
  ASSERT_EQ(card.Load(kBrokerage, TestLoadFile(Brokerage())), "009000");
  ASSERT_EQ(card.Install(kBrokerage, kModule, kModule, "31323334"), "009000");
}

TEST(CardTest, SelectsTheIssuerSecurityDomainByNameByItsBeginningAndByDefault) {
  TestCard card;
  EXPECT_EQ(card.Send(kSelectIsd), kIsdSelected);
  EXPECT_EQ(card.Send("00A4040005A00000015100"), kIsdSelected);
  EXPECT_EQ(card.Send("00A4040000"), kIsdSelected);
  EXPECT_EQ(card.Send("00A40400"), kIsdSelected);
  EXPECT_EQ(card.Send("00A4040C08A000000151000000"), "9000");
}

TEST(CardTest, RefusesToSelectWhatIsNotThere) {
  TestCard card;
  EXPECT_EQ(card.Send(kSelectBrokerage), "6A82");
  EXPECT_EQ(card.Send("00A4040009A0000001510000000100"), "6A82");
  EXPECT_EQ(card.Send("00A4040108A00000015100000000"), "6A86");
  EXPECT_EQ(card.Send("00A4040011000102030405060708090A0B0C0D0E0F1000"),
            "6700");
}

TEST(CardTest, RunsTheAppletThatWasLoaded) {
  TestCard card;
  LoadBrokerage(card);
  EXPECT_EQ(card.Send(kSelectBrokerage), "9000");
  EXPECT_EQ(card.Send("8010000000"), "313233349000");
  EXPECT_EQ(card.Send("8020000002000A"), "9000");
  EXPECT_EQ(card.Send("8024000002"), "000A9000");
  EXPECT_EQ(card.Send("80CA006600"), "6D00");
}

TEST(CardTest, AnAppletKeepsItsDataOverAReset) {
  TestCard card;
  LoadBrokerage(card);
  EXPECT_EQ(card.Send(kSelectBrokerage), "9000");
  EXPECT_EQ(card.Send("8020000002000A"), "9000");
  card.card().Reset();
  EXPECT_EQ(card.Send("8024000002"), "6D00");  // the ISD is selected
  EXPECT_EQ(card.Send(kSelectBrokerage), "9000");
  EXPECT_EQ(card.Send("8024000002"), "000A9000");
}

TEST(CardTest, AnInstanceThatIsNotSelectableCannotBeSelected) {
  TestCard card;
  ASSERT_EQ(card.Open(0x03), "9000");
  ASSERT_EQ(card.Load(kBrokerage, TestLoadFile(Brokerage())), "009000");
  ASSERT_EQ(card.Secure(Command("80E60400",
                                "08F04346455252590109F0434645525259010109"
                                "F04346455252590101010002C90000")),
            "009000");
  EXPECT_EQ(card.Send(kSelectBrokerage), "6A82");
}

TEST(CardTest, PrefersTheWholeAidToOneThatBeginsWithIt) {
  TestCard card;
  ASSERT_EQ(card.Open(0x03), "9000");
  ASSERT_EQ(card.Load(kBrokerage, TestLoadFile(Brokerage())), "009000");
  ASSERT_EQ(card.Install(kBrokerage, kModule, "F0434645525259010101", "31"),
            "009000");
  ASSERT_EQ(card.Install(kBrokerage, kModule, kModule, "32"), "009000");
  EXPECT_EQ(card.Send(kSelectBrokerage), "9000");
  EXPECT_EQ(card.Send("8010000000"), "329000");
  EXPECT_EQ(card.Send("00A4040005F04346455200"), "9000");
  EXPECT_EQ(card.Send("8010000000"), "319000");
}

TEST(CardTest, SelectsTheNextOneThatBeginsLikeTheName) {
  TestCard card;
  LoadBrokerage(card);
  ASSERT_EQ(card.Install(kBrokerage, kModule, "F0434645525259010102", "32"),
            "009000");
  const std::string next = "00A4040205F04346455200";
  EXPECT_EQ(card.Send(next), "9000");  // from the issuer security domain on
  EXPECT_EQ(card.Send("8010000000"), "313233349000");
  EXPECT_EQ(card.Send(next), "9000");
  EXPECT_EQ(card.Send("8010000000"), "329000");
  EXPECT_EQ(card.Send(next), "6A82");
  EXPECT_EQ(card.Send("8010000000"), "329000");
  EXPECT_EQ(card.Send("00A40402"), "6A82");
  EXPECT_EQ(card.Send("00A40400"), kIsdSelected);
  EXPECT_EQ(card.Send("00A40402"), "9000");
}

TEST(CardTest, ALockedApplicationCannotBeSelectedUntilItIsUnlocked) {
  TestCard card;
  LoadBrokerage(card);
  const std::string name = absl::StrCat("09", kModule);
  EXPECT_EQ(card.Secure("80F04080" + name), "9000");
  EXPECT_EQ(card.Secure("80F24002024F0000").substr(26, 8), "9F700187");
  EXPECT_EQ(card.Send(kSelectBrokerage), "6A82");
  EXPECT_EQ(card.Secure("80F04000" + name), "9000");
  EXPECT_EQ(card.Send(kSelectBrokerage), "9000");
}

TEST(CardTest, ALockedCardCanBeReadAndUnlockedAndNothingElse) {
  TestCard card;
  LoadBrokerage(card);
  EXPECT_EQ(card.Secure("80F0807F"), "9000");
  EXPECT_EQ(card.Secure(Command("80E40080", absl::StrCat("4F08", kBrokerage))),
            "6985");
  EXPECT_EQ(card.Secure("80E2800003420111"), "6985");
  EXPECT_EQ(card.Secure(kGetStatus).substr(24, 8), "9F70017F");
  EXPECT_EQ(card.Send(kSelectBrokerage), "6A81");
  EXPECT_EQ(card.Send(kSelectIsd), "6F108408A000000151000000A5049F6501FF6283");
  EXPECT_EQ(card.Send("80CA004500"), "450A000102030405060708099000");
  EXPECT_EQ(card.Open(0x03), "9000");
  EXPECT_EQ(card.Secure("80F0800F"), "9000");
  EXPECT_EQ(card.Send(kSelectBrokerage), "9000");
}

TEST(CardTest, ATerminatedCardKnowsGetDataAlone) {
  TestCard card;
  LoadBrokerage(card);
  EXPECT_EQ(card.Secure("80F080FF"), "9000");
  EXPECT_EQ(card.Secure(kGetStatus), "6985");
  EXPECT_EQ(card.Send(kSelectIsd), "6985");
  EXPECT_EQ(card.Send(kSelectBrokerage), "6985");
  EXPECT_EQ(card.Open(0x03), "6985");
  card.card().Reset();
  EXPECT_EQ(card.Send(kSelectIsd), "6985");
  EXPECT_EQ(card.Send("80CA004500"), "450A000102030405060708099000");
}

TEST(CardTest, StoresTheIssuersNumbersAndGivesThemBack) {
  TestCard card;
  EXPECT_EQ(card.Send("80E280000542031234560000"), "6700");
  EXPECT_EQ(card.Send("80E2800005420312345600"), "6982");
  ASSERT_EQ(card.Open(0x03), "9000");
  EXPECT_EQ(card.Secure("80E28000054203123456"), "9000");
  EXPECT_EQ(card.Secure("80E2800004450277AB"), "9000");
  EXPECT_EQ(card.Send(kSelectIsd), kIsdSelected);
  EXPECT_EQ(card.Send("80CA004200"), "42031234569000");
  EXPECT_EQ(card.Send("80CA004500"), "450277AB9000");
}

TEST(CardTest, TheProductionDataShowsItsStoredPartsAndKeepsThem) {
  MemoryStore store;
  TestCard card;
  ASSERT_OK(card.card().KeepIn(store));
  const std::string before = card.Send("80CA9F7F00");
  ASSERT_EQ(before.substr(before.size() - 4 - 32),
            std::string(32, '0') + "9000");
  ASSERT_EQ(card.Open(0x03), "9000");
  EXPECT_EQ(card.Secure("80E280000B9F67080102030405060708"), "9000");
  EXPECT_EQ(card.Secure("80E281000B9F6608212223242526272800"), "9000");
  const std::string after = before.substr(0, before.size() - 4 - 32) +
                            "212223242526272801020304050607089000";
  EXPECT_EQ(card.Secure("80CA9F7F00"), after);
  TestCard again(store.last);
  EXPECT_EQ(again.Send("80CA9F7F00"), after);
}

TEST(CardTest, PersonalizesAnAppletThroughTheSecurityDomain) {
  TestCard card;
  LoadBrokerage(card);
  EXPECT_EQ(card.Secure(Command("80E62000", "000009F04346455252590101000000")),
            "009000");
  EXPECT_EQ(card.Secure("80E28000024142"), "9000");
  // Its last block: the next one is the security domain's again.
  EXPECT_EQ(card.Secure("80E28000024142"), "6A80");
  EXPECT_EQ(card.Send(kSelectBrokerage), "9000");
  EXPECT_EQ(card.Send("8010000000"), "41429000");
}

TEST(CardTest, ADeletedAppletIsGone) {
  TestCard card;
  LoadBrokerage(card);
  EXPECT_EQ(card.Secure(Command("80E40080", absl::StrCat("4F08", kBrokerage))),
            "009000");
  EXPECT_EQ(card.Send(kSelectBrokerage), "6A82");
}

TEST(CardTest, ASelectEndsTheSessionUnlessItFails) {
  TestCard card;
  ASSERT_EQ(card.Open(0x03), "9000");
  EXPECT_EQ(card.Send(kSelectBrokerage), "6A82");
  EXPECT_NE(card.Secure(kGetStatus), "6985");
  EXPECT_EQ(card.Send(kSelectIsd), kIsdSelected);
  EXPECT_EQ(card.Secure(kGetStatus), "6985");
}

TEST(CardTest, AResetEndsTheSession) {
  TestCard card;
  ASSERT_EQ(card.Open(0x03), "9000");
  card.card().Reset();
  EXPECT_EQ(card.Secure(kGetStatus), "6985");
}

TEST(CardTest, HasOnlyTheBasicLogicalChannel) {
  TestCard card;
  EXPECT_EQ(card.Send("0070000001"), "6881");
  EXPECT_EQ(card.Send("01A4040008A00000015100000000"), "6881");
  EXPECT_EQ(card.Send("81CA006600"), "6881");
  EXPECT_EQ(card.Send("C0CA006600"), "6881");
}

TEST(CardTest, RefusesClassesThatAreNotThere) {
  TestCard card;
  EXPECT_EQ(card.Send("FFCA006600"), "6E00");
  EXPECT_EQ(card.Send("90CA006600"), "6E00");
  EXPECT_EQ(card.Send("A0A4000000"), "6E00");
  EXPECT_EQ(card.Send("88CA006600"), "6E00");
}

TEST(CardTest, AnswersWrongLengthToBytesThatAreNoCommand) {
  TestCard card;
  for (const char* bytes : {"", "00", "00A404", "00A4040005A0000001",
                            "00A4040002A000000000", "00A404000000"}) {
    EXPECT_EQ(card.Send(bytes), "6700") << bytes;
  }
}

TEST(CardTest, SaysTheRightLeWhenTheAnswerIsLonger) {
  TestCard card;
  EXPECT_EQ(card.Send("80CA004501"), "6C0C");
  EXPECT_EQ(card.Send("80CA00450C"), "450A000102030405060708099000");
}

TEST(CardTest, HasRoomForWhatItsMemoryHolds) {
  CardOptions options;
  options.eeprom_bytes = 1000;
  TestCard card(options);
  ASSERT_EQ(card.Open(0x03), "9000");
  TestPackage large = Brokerage();
  large.code_size = 1000;
  EXPECT_EQ(card.Load(kBrokerage, TestLoadFile(large)), "6A84");
  EXPECT_EQ(card.Load(kBrokerage, TestLoadFile(Brokerage())), "009000");
}

TEST(CardTest, ANewCardGrowsUpInTwoStepsAndStaysSo) {
  CardOptions options;
  options.life_cycle = kOpReady;
  MemoryStore store;
  TestCard card(options);
  ASSERT_OK(card.card().KeepIn(store));
  ASSERT_EQ(card.Open(0x03), "9000");
  EXPECT_EQ(card.Secure(kGetStatus).substr(24, 8), "9F700101");
  EXPECT_EQ(card.Secure("80F0800F"), "6985");
  EXPECT_EQ(card.Secure("80F08007"), "9000");
  EXPECT_EQ(card.Secure("80F0800F"), "9000");
  TestCard again(store.last, options);
  ASSERT_EQ(again.Open(0x03), "9000");
  EXPECT_EQ(again.Secure(kGetStatus).substr(24, 8), "9F70010F");
}

TEST(CardTest, KeepsWhatACommandHasChangedBeforeItAnswers) {
  MemoryStore store;
  TestCard card;
  ASSERT_OK(card.card().KeepIn(store));
  EXPECT_EQ(store.saves, 1);
  LoadBrokerage(card);
  // INITIALIZE UPDATE moves the counter; the last LOAD; INSTALL.
  EXPECT_EQ(store.saves, 4);
  EXPECT_EQ(card.Secure(kGetStatus).substr(0, 2), "E3");
  EXPECT_EQ(card.Send(kSelectBrokerage), "9000");
  EXPECT_EQ(store.saves, 4);
  EXPECT_EQ(card.Send("8020000002000A"), "9000");
  EXPECT_EQ(store.saves, 5);
}

TEST(CardTest, IsTheSameCardAfterThePowerWasGone) {
  MemoryStore store;
  TestCard before;
  ASSERT_OK(before.card().KeepIn(store));
  LoadBrokerage(before);
  EXPECT_EQ(before.Secure("80E28000054203123456"), "9000");
  EXPECT_EQ(before.Send(kSelectBrokerage), "9000");
  EXPECT_EQ(before.Send("8020000002000A"), "9000");
  TestCard card(store.last);
  EXPECT_TRUE(card.card().ToState().Equals(before.card().ToState()));
  EXPECT_EQ(card.Send("80CA004200"), "42031234569000");
  EXPECT_EQ(card.Send(kGetStatus), "6982");  // sessions are gone
  EXPECT_EQ(card.Open(0x03), "9000");
  EXPECT_EQ(card.Send(kSelectBrokerage), "9000");
  EXPECT_EQ(card.Send("8010000000"), "313233349000");
  EXPECT_EQ(card.Send("8024000002"), "000A9000");
}

TEST(CardTest, TheCounterOfFailuresOutlivesThePower) {
  MemoryStore store;
  CardOptions options;
  options.failure_limit = 2;
  for (int i = 0; i < 2; ++i) {
    TestCard card = i == 0 ? TestCard(options) : TestCard(store.last, options);
    ASSERT_OK(card.card().KeepIn(store));
    card.Send("8050000008000102030405060700");
    EXPECT_EQ(card.Send("848203001000112233445566770011223344556677"), "6300");
  }
  TestCard card(store.last, options);
  EXPECT_EQ(card.Open(0x03), "6983");
}

TEST(CardTest, ACardWhoseMemoryFailsSaysSoAndStops) {
  MemoryStore store;
  TestCard card;
  ASSERT_OK(card.card().KeepIn(store));
  LoadBrokerage(card);
  EXPECT_EQ(card.Send(kSelectBrokerage), "9000");
  store.full = true;
  EXPECT_EQ(card.Send("8010000000"), "313233349000");
  EXPECT_EQ(card.Send("8020000002000A"), "6581");
  store.full = false;
  EXPECT_EQ(card.Send("8010000000"), "6581");
  TestCard again(store.last);
  EXPECT_EQ(again.Send(kSelectBrokerage), "9000");
  EXPECT_EQ(again.Send("8024000002"), "00009000");
  EXPECT_FALSE([] {
    MemoryStore full;
    full.full = true;
    TestCard other;
    return other.card().KeepIn(full).ok();
  }());
}

TEST(CardTest, RestoreRefusesAnotherKindOfCardAndTooLittleMemory) {
  MemoryStore store;
  TestCard card;
  ASSERT_OK(card.card().KeepIn(store));
  LoadBrokerage(card);
  CountingRandom random;
  CardOptions options;
  options.scp03_i = 0x10;
  EXPECT_THAT(Card::Restore(store.last, options, random),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       std::string("the card has SCP02 with i 55 and SCP03 "
                                   "with i 70, and SCP02 with i 55 and SCP03 "
                                   "with i 10 is asked for: a card does not "
                                   "change them")));
  options = {};
  options.scp01_i = 0x05;
  EXPECT_THAT(Card::Restore(store.last, options, random),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  options = {};
  options.eeprom_bytes = 100;
  EXPECT_THAT(Card::Restore(store.last, options, random),
              StatusIs(absl::StatusCode::kResourceExhausted));
  store.last.keys = SecretBytes();
  EXPECT_THAT(Card::Restore(store.last, {}, random),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(CardTest, CreateRefusesKeysThatDoNotFit) {
  CountingRandom random;
  EXPECT_THAT(Card::Create(TestKeys(8), {}, random),
              StatusIs(absl::StatusCode::kInvalidArgument));
  CardOptions options;
  options.scp03_i = 0x02;
  EXPECT_THAT(Card::Create(TestKeys(), options, random),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::cardsim
