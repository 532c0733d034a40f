#include "agent/pcsc/reader_table.h"

#include "gtest/gtest.h"

namespace cardferry::agent {
namespace {

// "A found, A in 3B00": sightings in short.
std::string Text(const std::vector<Sighting>& sightings) {
  std::string text;
  for (const Sighting& sighting : sightings) {
    constexpr const char* kKinds[] = {"found", "gone", "in", "mute", "out"};
    text += (text.empty() ? "" : ", ") + sighting.reader + " " +
            kKinds[static_cast<int>(sighting.kind)];
    if (!sighting.atr.empty()) text += " " + ToHex(sighting.atr);
  }
  return text;
}

ReaderLook Empty(uint32_t events = 0) { return {"A", false, false, events}; }
ReaderLook Card(uint32_t events = 0) {
  return {"A", true, false, events, {0x3B, 0x00}};
}
ReaderLook Mute(uint32_t events = 0) { return {"A", true, true, events}; }

class ReaderTableTest : public testing::Test {
 protected:
  ReaderTableTest() { table_.SetReaders({"A"}); }
  std::string Look(const ReaderLook& look) { return Text(table_.Look(look)); }

  ReaderTable table_;
};

TEST_F(ReaderTableTest, FindsReadersAndLosesThemWithTheirCards) {
  EXPECT_EQ(Text(table_.SetReaders({"A", "B"})), "B found");
  EXPECT_EQ(Text(table_.SetReaders({"A", "B"})), "");
  Look(Card());
  EXPECT_EQ(Text(table_.SetReaders({"B"})), "A out, A gone");
  EXPECT_EQ(Text(table_.SetReaders({})), "B gone");
  EXPECT_EQ(Text(table_.SetReaders({"A"})), "A found");
  EXPECT_EQ(Look(Card()), "A in 3B00");
}

TEST_F(ReaderTableTest, ShowsArrivalAndRemovalOnce) {
  EXPECT_EQ(Look(Empty(0)), "");
  EXPECT_EQ(Look(Card(1)), "A in 3B00");
  EXPECT_EQ(Look(Card(1)), "");
  EXPECT_EQ(Look(Empty(2)), "A out");
  EXPECT_EQ(Look(Empty(2)), "");
}

TEST_F(ReaderTableTest, ACardThatLiesThereAtTheFirstLookHasArrived) {
  EXPECT_EQ(Look(Card(7)), "A in 3B00");
}

TEST_F(ReaderTableTest, ASwapThatWasCountedIsARemovalAndAnArrival) {
  Look(Card(1));
  EXPECT_EQ(Look(Card(3)), "A out, A in 3B00");
}

TEST_F(ReaderTableTest, AShortVisitThatEndedIsNotShown) {
  Look(Empty(0));
  EXPECT_EQ(Look(Empty(2)), "");
}

TEST_F(ReaderTableTest, AMuteCardIsShownAsMuteAndGoesLikeAnyOther) {
  EXPECT_EQ(Look(Mute(1)), "A mute");
  EXPECT_EQ(Look(Mute(1)), "");
  EXPECT_EQ(Look(Empty(2)), "A out");
}

TEST_F(ReaderTableTest, ACardTurnedRoundArrives) {
  Look(Mute(1));
  EXPECT_EQ(Look(Card(3)), "A out, A in 3B00");
}

TEST_F(ReaderTableTest, WithoutTheServiceCardsAreOutAndReadersStay) {
  Look(Card(9));
  EXPECT_EQ(Text(table_.LoseService()), "A out");
  EXPECT_EQ(Text(table_.LoseService()), "");
  EXPECT_EQ(Text(table_.SetReaders({"A"})), "");
  EXPECT_EQ(Look(Card(0)), "A in 3B00");
}

TEST_F(ReaderTableTest, AReaderThatIsNotKnownShowsNothing) {
  EXPECT_EQ(Text(table_.Look({"B", true, false, 1, {0x3B}})), "");
}

}  // namespace
}  // namespace cardferry::agent
