#include "cardsim/faults/faulty_card_port.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

// Answers every command with its own number of commands since the last reset.
// Not a card.
class CountingPort final : public CardPort {
 public:
  explicit CountingPort(uint8_t name) : name_(name) {}
  Bytes Atr() const override { return {0x3B, name_}; }
  void Reset() override { count_ = 0; }
  absl::StatusOr<Bytes> Transmit(ByteSpan) override {
    ++count_;
    if (refusal_.has_value()) {
      const card::StatusWord sw = *std::exchange(refusal_, std::nullopt);
      return Bytes{sw.sw1(), sw.sw2()};
    }
    return Bytes{name_, count_, 0x90, 0x00};
  }
  void RefuseNext(card::StatusWord sw) override { refusal_ = sw; }
  int count() const { return count_; }

 private:
  uint8_t name_;
  uint8_t count_ = 0;
  std::optional<card::StatusWord> refusal_;
};

class FaultyCardPortTest : public testing::Test {
 protected:
  void Faults(std::initializer_list<const char*> texts,
              CardPort* other = nullptr) {
    std::vector<Fault> faults;
    for (const char* text : texts) faults.push_back(*ParseFault(text));
    port_ = std::make_unique<FaultyCardPort>(
        card_, faults, other, [this](absl::Duration time) { slept_ += time; });
  }
  // The answer in hexadecimal, or the status' name.
  std::string Send(absl::string_view hex = "80E80000") {
    const absl::StatusOr<Bytes> answer = port_->Transmit(FromHexOrDie(hex));
    return answer.ok() ? ToHex(*answer)
                       : absl::StatusCodeToString(answer.status().code());
  }

  CountingPort card_{0x01};
  std::unique_ptr<FaultyCardPort> port_;
  absl::Duration slept_;
};

TEST_F(FaultyCardPortTest, ChangesNothingWithoutFaults) {
  Faults({});
  EXPECT_EQ(port_->Atr(), FromHexOrDie("3B01"));
  EXPECT_EQ(Send(), "01019000");
  EXPECT_EQ(Send(""), "01029000");
  port_->Reset();
  EXPECT_EQ(Send(), "01019000");
}

TEST_F(FaultyCardPortTest, ATearComesAfterTheWorkAndBeforeTheAnswer) {
  class WorkPort final : public CardPort {
   public:
    Bytes Atr() const override { return {}; }
    void Reset() override { ++resets; }
    absl::StatusOr<Bytes> Transmit(ByteSpan) override {
      ++commands;
      return Bytes{0x90, 0x00};
    }
    int resets = 0;
    int commands = 0;
  };
  WorkPort card;
  FaultyCardPort torn(card, {*ParseFault("tear@2+2s")});
  EXPECT_OK(torn.Transmit(FromHexOrDie("80E80000")).status());
  EXPECT_THAT(torn.Transmit(FromHexOrDie("80E80001")),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(card.commands, 2);
  EXPECT_EQ(card.resets, 1);
  EXPECT_EQ(torn.Absence(), absl::Seconds(2));
  FaultyCardPort pulled(card, {*ParseFault("pull@1")});
  EXPECT_THAT(pulled.Transmit(FromHexOrDie("80E80001")),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(card.commands, 2);
  EXPECT_EQ(card.resets, 2);
  EXPECT_EQ(pulled.Absence(), absl::InfiniteDuration());
}

TEST_F(FaultyCardPortTest, AFaultStrikesOnceAndTheCountGoesOn) {
  Faults({"tear@2", "tear@LOAD:3"});
  EXPECT_EQ(Send(), "01019000");
  EXPECT_EQ(Send(), "UNAVAILABLE");
  EXPECT_EQ(Send("80E60200"), "01019000");
  EXPECT_EQ(Send(), "UNAVAILABLE");
  EXPECT_EQ(Send(), "01019000");
}

TEST_F(FaultyCardPortTest, AMuteCardStaysMuteUntilThePowerGoes) {
  Faults({"mute@2"});
  EXPECT_EQ(Send(), "01019000");
  EXPECT_EQ(Send(), "DEADLINE_EXCEEDED");
  EXPECT_EQ(Send(), "DEADLINE_EXCEEDED");
  port_->Reset();
  EXPECT_EQ(Send(), "01019000");
}

TEST_F(FaultyCardPortTest, TheCardItselfAnswersWithTheStatusWord) {
  Faults({"sw=6A84@LOAD:2"});
  EXPECT_EQ(Send(), "01019000");
  EXPECT_EQ(Send("80E60200"), "01029000");
  EXPECT_EQ(Send(), "6A84");
  EXPECT_EQ(Send(), "01049000");  // it has seen the one that it refused
}

TEST_F(FaultyCardPortTest, AReinsertedCardHasForgottenItsSession) {
  Faults({"reinsert@3"});
  EXPECT_EQ(Send(), "01019000");
  EXPECT_EQ(Send(), "01029000");
  EXPECT_EQ(Send(), "01019000");
  EXPECT_EQ(Send(), "01029000");
}

TEST_F(FaultyCardPortTest, AnotherCardComesInItsPlace) {
  CountingPort other(0x02);
  Faults({"swap@2"}, &other);
  EXPECT_EQ(Send(), "01019000");
  EXPECT_EQ(Send(), "02019000");
  EXPECT_EQ(port_->Atr(), FromHexOrDie("3B02"));
  port_->Reset();
  EXPECT_EQ(Send(), "02019000");
}

TEST_F(FaultyCardPortTest, SlowCommandsTakeTheirTimeAndAreCarriedOut) {
  Faults({"slow=10ms", "slow=48ms/LOAD"});
  EXPECT_EQ(Send("80E60200"), "01019000");
  EXPECT_EQ(slept_, absl::Milliseconds(10));
  EXPECT_EQ(Send(), "01029000");
  EXPECT_EQ(slept_, absl::Milliseconds(68));
}

}  // namespace
}  // namespace cardferry::cardsim
