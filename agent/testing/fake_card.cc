#include "agent/testing/fake_card.h"

namespace cardferry::agent {

class FakeConnection final : public CardConnection {
 public:
  explicit FakeConnection(FakeCard& card) : card_(card) {
    absl::MutexLock lock(&card_.mutex_);
    ++card_.connections_;
  }
  ~FakeConnection() override {
    absl::MutexLock lock(&card_.mutex_);
    --card_.connections_;
    if (reset_) ++card_.resets_;
  }

  absl::StatusOr<card::ResponseApdu> Transmit(
      const card::CommandApdu& command) override {
    absl::MutexLock lock(&card_.mutex_);
    card_.sent_.push_back(ToHex(command.Encode()));
    if (command.header().ins == card_.silent_at_) card_.Block();
    if (card_.answers_left_-- <= 0) return absl::UnavailableError("gone");
    return card::ResponseApdu{{}, card::kSuccess};
  }

  bool TakesExtendedLength() const override {
    return card_.Get(card_.takes_extended_);
  }
  void ResetAtEnd() override { reset_ = true; }

 private:
  FakeCard& card_;
  bool reset_ = false;
};

class FakeSlot final : public CardSlot {
 public:
  explicit FakeSlot(FakeCard& card) : card_(card) {}
  absl::StatusOr<std::unique_ptr<CardConnection>> Connect() override {
    {
      absl::MutexLock lock(&card_.mutex_);
      if (card_.holds_connections_) card_.Block();
      if (!card_.present_) return absl::UnavailableError("no card");
      if (card_.refusals_left_ > 0) {
        --card_.refusals_left_;
        return absl::UnavailableError("another program holds the card");
      }
    }
    return std::make_unique<FakeConnection>(card_);
  }

 private:
  FakeCard& card_;
};

std::shared_ptr<CardSlot> FakeCard::slot() {
  return std::make_shared<FakeSlot>(*this);
}

void FakeCard::Block() {
  ++blocked_;
  const auto answers = [this] { return blocked_ == 0; };
  mutex_.Await(absl::Condition(&answers));
}

void FakeCard::Answer() {
  absl::MutexLock lock(&mutex_);
  silent_at_ = -1;
  holds_connections_ = false;
  blocked_ = 0;
}

}  // namespace cardferry::agent
