#include "cardsim/vpcd/t0_card_port.h"

#include <string>

#include "cardsim/testing/test_card.h"
#include "cardsim/vpcd/simulated_card_port.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

// Counts commands and answers each with as many bytes 55 as its P2 says. Not a
// card.
class EchoPort final : public CardPort {
 public:
  Bytes Atr() const override { return {0x3B, 0x00}; }
  void Reset() override {}
  absl::StatusOr<Bytes> Transmit(ByteSpan command) override {
    ++commands;
    last = ToHex(command);
    return Concat({Bytes(command[3], 0x55), FromHexOrDie("9000")});
  }

  int commands = 0;
  std::string last;
};

class T0CardPortTest : public testing::Test {
 protected:
  std::string Send(absl::string_view hex) {
    const absl::StatusOr<Bytes> answer = port_.Transmit(FromHexOrDie(hex));
    return answer.ok() ? ToHex(*answer) : answer.status().ToString();
  }

  EchoPort inner_;
  T0CardPort port_{inner_};
};

TEST_F(T0CardPortTest, ACommandWithoutDataGetsItsAnswer) {
  EXPECT_EQ(Send("80F00000"), "9000");
  EXPECT_EQ(inner_.last, "80F00000");
  EXPECT_EQ(Send("80F0000000"), "9000");
}

TEST_F(T0CardPortTest, TheCardRefusesWhatItIsToldTo) {
  TestCard card;
  SimulatedCardPort contacts(card.card(), {0x3B, 0x00});
  T0CardPort port(contacts);
  port.RefuseNext(card::StatusWord(0x6A84));
  EXPECT_THAT(port.Transmit(FromHexOrDie("80CA00450C")),
              IsOkAndHolds(FromHexOrDie("6A84")));
  EXPECT_THAT(port.Transmit(FromHexOrDie("80CA00450C")),
              IsOkAndHolds(FromHexOrDie("450A000102030405060708099000")));
}

TEST_F(T0CardPortTest, SaysTheRightLengthAndDoesTheWorkOnce) {
  EXPECT_EQ(Send("80CA000300"), "6C03");
  EXPECT_EQ(Send("80CA000302"), "6C03");
  EXPECT_EQ(Send("80CA000303"), "5555559000");
  EXPECT_EQ(inner_.commands, 1);
  EXPECT_EQ(Send("80CA000303"), "5555559000");
  EXPECT_EQ(inner_.commands, 2);
  EXPECT_EQ(inner_.last, "80CA000300");
}

TEST_F(T0CardPortTest, AnotherCommandForgetsTheAnswer) {
  EXPECT_EQ(Send("80CA000300"), "6C03");
  EXPECT_EQ(Send("80CA000202"), "55559000");
  EXPECT_EQ(Send("80CA000303"), "5555559000");
  EXPECT_EQ(inner_.commands, 3);
  EXPECT_EQ(Send("80CA000300"), "6C03");
  port_.Reset();
  EXPECT_EQ(Send("80CA000303"), "5555559000");
  EXPECT_EQ(inner_.commands, 5);
}

TEST_F(T0CardPortTest, AnAnswerToACommandWithDataIsFetched) {
  EXPECT_EQ(Send("80E2000501AA"), "6105");
  EXPECT_EQ(inner_.last, "80E2000501AA00");
  EXPECT_EQ(Send("00C0000006"), "6C05");
  EXPECT_EQ(Send("00C0000002"), "55556103");
  EXPECT_EQ(Send("00C0000003"), "5555559000");
  EXPECT_EQ(Send("00C0000001"), "6985");
  EXPECT_EQ(inner_.commands, 1);
  EXPECT_EQ(Send("80E2000001AA"), "9000");
}

TEST_F(T0CardPortTest, OnlyTheNextCommandFetchesTheAnswer) {
  EXPECT_EQ(Send("80E2000501AA"), "6105");
  EXPECT_EQ(Send("80F00000"), "9000");
  EXPECT_EQ(Send("00C0000005"), "6985");
  EXPECT_EQ(Send("80CA000300"), "6C03");
  EXPECT_EQ(Send("00C0000003"), "6985");
}

TEST_F(T0CardPortTest, RefusesWhatT0CannotCarry) {
  for (const char* hex : {"", "80", "80F000", "80E2000002AA", "80E2000001AA00",
                          "80E20000000001AA"}) {
    EXPECT_EQ(Send(hex), "6700") << hex;
  }
  EXPECT_EQ(inner_.commands, 0);
}

TEST_F(T0CardPortTest, CarriesASessionWithASimulatedCard) {
  TestCard card;
  SimulatedCardPort contacts(card.card(), {0x3B, 0x00});
  T0CardPort port(contacts);
  const auto send = [&port](const card::CommandApdu& command) {
    Bytes tpdu = command.Encode();
    if (!command.data().empty() && command.le().has_value()) tpdu.pop_back();
    return *port.Transmit(tpdu);
  };
  EXPECT_EQ(ToHex(send(card.host().InitializeUpdate())), "6120");
  const Bytes update = *port.Transmit(FromHexOrDie("00C0000020"));
  ASSERT_EQ(update.size(), 34u);
  ASSERT_TRUE(card.host().TakeAnswer(ByteSpan(update).first(32)));
  EXPECT_EQ(ToHex(send(card.host().ExternalAuthenticate(0x03))), "9000");
  EXPECT_EQ(
      ToHex(send(card.host().Protect(Apdu("80F28002024F0000")))).substr(0, 2),
      "61");
}

}  // namespace
}  // namespace cardferry::cardsim
