#include "cardsim/files/file_card.h"

#include "cardsim/files/file_card_port.h"
#include "cardsim/files/testing/file_host.h"
#include "cardsim/testing/memory_store.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

// Two levels, every kind of file, content, spent tries and failures.
void Fill(FileTestCard& card) {
  ASSERT_EQ(card.CreateBinary("0101", "04", "0310FF"), "9000");
  ASSERT_EQ(card.CreateRecords("02", "0102", "03", "02"), "9000");
  ASSERT_EQ(card.Send("00E2000003010203"), "9000");
  ASSERT_EQ(card.CreateRecords("04", "0103", "03", "02"), "9000");
  ASSERT_EQ(card.Send("00E200000101"), "9000");
  ASSERT_EQ(card.Send("00E20000020203"), "9000");
  ASSERT_EQ(card.CreateDf("5000", "A000000001"), "9000");
  ASSERT_EQ(card.CreateRecords("06", "0101", "01", "04"), "9000");
  ASSERT_EQ(card.Send("00E2000001AA"), "9000");
  ASSERT_EQ(card.CreateBinary("0102", "03"), "9000");
  ASSERT_EQ(card.Send("00D6000103112233"), "6A84");
  ASSERT_EQ(card.Send("00D60001021122"), "9000");
  ASSERT_EQ(card.Send("00040000"), "9000");
  ASSERT_EQ(card.Send("002000010430303030"), "63C2");
}

std::unique_ptr<FileCard> Restore(const CardState& state) {
  static CountingRandom random;
  return *FileCard::Restore(state, {}, random);
}

std::string Send(FileCard& card, absl::string_view hex) {
  return ToHex(card.Transmit(FromHexOrDie(hex)));
}

TEST(FileCardTest, ComesBackWithAllThatItHeld) {
  FileTestCard card;
  Fill(card);
  const CardState state = card.card().ToState();
  const auto restored = Restore(state);
  EXPECT_TRUE(restored->ToState().Equals(state));
  EXPECT_EQ(Send(*restored, "00200001"), "63C2");
  EXPECT_EQ(Send(*restored, "00A4080C0450000101"), "9000");
  EXPECT_EQ(Send(*restored, "00B2010400"), "AA9000");
  EXPECT_EQ(Send(*restored, "00A4000C020102"), "6283");
  EXPECT_EQ(Send(*restored, "00440000"), "9000");
  EXPECT_EQ(Send(*restored, "00B0000000"), "0011229000");
}

TEST(FileCardTest, RefusesEveryTruncatedState) {
  FileTestCard card;
  Fill(card);
  const CardState whole = card.card().ToState();
  CountingRandom random;
  for (size_t size = 0; size < whole.content.size(); ++size) {
    CardState cut;
    cut.content.assign(whole.content.begin(),
                       whole.content.begin() + static_cast<ptrdiff_t>(size));
    cut.keys = whole.keys.Clone();
    EXPECT_THAT(FileCard::Restore(cut, {}, random),
                StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
  CardState keyless;
  keyless.content = whole.content;
  EXPECT_THAT(FileCard::Restore(keyless, {}, random),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(FileCardTest, NeedsTheMemoryThatItUses) {
  FileTestCard card;
  Fill(card);
  CountingRandom random;
  FileCardOptions options;
  options.eeprom_bytes = 100;
  EXPECT_THAT(FileCard::Restore(card.card().ToState(), options, random),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(FileCardTest, SavesBeforeItAnswersAndOnlyWhatHasChanged) {
  FileTestCard card;
  MemoryStore store;
  ASSERT_OK(card.card().KeepIn(store));
  EXPECT_EQ(store.saves, 1);
  EXPECT_EQ(card.CreateBinary("0101", "04"), "9000");
  EXPECT_EQ(store.saves, 2);
  EXPECT_EQ(card.Send("00B0000000"), "000000009000");
  EXPECT_EQ(store.saves, 2);
  // A wrong password costs a try before the answer is out.
  EXPECT_EQ(card.Send("002000010430303030"), "63C2");
  EXPECT_EQ(store.saves, 3);
  EXPECT_EQ(Send(*Restore(store.last), "00200001"), "63C2");
  store.full = true;
  EXPECT_EQ(card.Send("00D60000021122"), "6581");
  EXPECT_EQ(card.Send("00B0000000"), "6581");
}

TEST(FileCardTest, AResetForgetsWhatTheTerminalHasShown) {
  FileTestCard card;
  ASSERT_EQ(card.CreateBinary("0101", "04", "0110"), "9000");
  ASSERT_EQ(card.Send("002000010431323334"), "9000");
  EXPECT_EQ(card.Send("00B0000000"), "000000009000");
  FileCardPort port(card.card(), FromHexOrDie("3B00"));
  port.Reset();
  EXPECT_EQ(ToHex(port.Atr()), "3B00");
  EXPECT_EQ(card.Send("00B0810000"), "6A82");
  EXPECT_EQ(card.Send("00A4000C020101"), "9000");
  EXPECT_EQ(card.Send("00B0000000"), "6982");
}

TEST(FileCardTest, ARefusalOnRequestDoesNothing) {
  FileTestCard card;
  FileCardPort port(card.card(), {});
  port.RefuseNext(card::StatusWord(0x6F00));
  EXPECT_EQ(card.CreateBinary("0101", "04"), "6F00");
  EXPECT_EQ(card.CreateBinary("0101", "04"), "9000");
}

TEST(FileCardTest, ANewCardsFilesAreForTheKeyOnly) {
  FileTestCard card(FileTestKeys(KeyType::kAes), {});
  EXPECT_EQ(card.CreateBinary("0101", "04"), "6982");
  EXPECT_EQ(card.CreateDf("5000"), "6982");
}

TEST(FileCardTest, FailedAuthenticationsLockTheKeys) {
  FileCardOptions options;
  options.failure_limit = 2;
  FileTestCard card(FileTestKeys(KeyType::kDes), options);
  const std::string token = "0082000028" + std::string(80, '0') + "28";
  for (const char* answer : {"6300", "6300", "6983"}) {
    card.Send("0084000008");
    EXPECT_EQ(card.Send(token), answer);
  }
  const auto restored = Restore(card.card().ToState());
  EXPECT_EQ(restored->keys().type, KeyType::kDes);
}

TEST(FileCardTest, APasswordHas4To16Bytes) {
  CountingRandom random;
  for (const size_t size : {3u, 17u}) {
    EXPECT_THAT(FileCard::Create(FileTestKeys(KeyType::kDes), SecretBytes(size),
                                 {}, random),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  ASSERT_OK_AND_ASSIGN(
      const auto card,
      FileCard::Create(FileTestKeys(KeyType::kDes), SecretBytes(), {}, random));
  EXPECT_EQ(Send(*card, "00200001"), "6A88");
}

}  // namespace
}  // namespace cardferry::cardsim
