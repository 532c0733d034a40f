#include "cardsim/applets/brokerage_applet.h"

#include <cstdint>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kCla = 0x80;
constexpr uint8_t kInsGetAccount = 0x10;
constexpr uint8_t kInsBuy = 0x20;
constexpr uint8_t kInsSell = 0x22;
constexpr uint8_t kInsPosition = 0x24;
constexpr uint8_t kInsStoreData = 0xE2;

constexpr int kMaxShares = 0x7FFF;

absl::Status CheckPosition(uint8_t position) {
  if (position < BrokerageApplet::kPositions) return absl::OkStatus();
  return CardError(kWrongP1P2, "no such position");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Applet>> BrokerageApplet::Install(
    ByteSpan account) {
  if (account.size() > kMaxAccount) {
    return CardError(kWrongData, "account number is too long");
  }
  return absl::WrapUnique<Applet>(new BrokerageApplet(account));
}

card::ResponseApdu BrokerageApplet::Process(const card::CommandApdu& command) {
  absl::StatusOr<Bytes> answer = Run(command);
  if (!answer.ok()) return {{}, StatusWordOf(answer.status())};
  return {*std::move(answer), card::kSuccess};
}

Bytes BrokerageApplet::State() const {
  Bytes state = {static_cast<uint8_t>(personalized_ ? 1 : 0)};
  for (const uint16_t shares : shares_) {
    state.push_back(static_cast<uint8_t>(shares >> 8));
    state.push_back(static_cast<uint8_t>(shares));
  }
  Append(state, account_);
  return state;
}

absl::Status BrokerageApplet::Restore(ByteSpan state) {
  constexpr size_t kFixedSize = 1 + 2 * kPositions;
  if (state.size() < kFixedSize || state.size() > kFixedSize + kMaxAccount ||
      state[0] > 1) {
    return absl::InvalidArgumentError("not the state of a brokerage applet");
  }
  for (size_t i = 0; i < kPositions; ++i) {
    const int shares = state[1 + 2 * i] << 8 | state[2 + 2 * i];
    if (shares > kMaxShares) {
      return absl::InvalidArgumentError("a position that cannot be");
    }
    shares_[i] = static_cast<uint16_t>(shares);
  }
  personalized_ = state[0] == 1;
  account_.assign(state.begin() + kFixedSize, state.end());
  return absl::OkStatus();
}

absl::StatusOr<Bytes> BrokerageApplet::Run(const card::CommandApdu& command) {
  if (command.header().cla != kCla) {
    return CardError(kClaNotSupported, "CLA of the applet is 80");
  }
  switch (command.header().ins) {
    case kInsGetAccount:
      return account_;
    case kInsStoreData:
      return Personalize(command.data());
    case kInsBuy:
      return Trade(command, /*buy=*/true);
    case kInsSell:
      return Trade(command, /*buy=*/false);
    case kInsPosition:
      return ReadPosition(command.header().p1);
    default:
      return CardError(kInsNotSupported, "no such command of the applet");
  }
}

absl::StatusOr<Bytes> BrokerageApplet::Personalize(ByteSpan account) {
  if (personalized_) {
    return CardError(kConditionsNotSatisfied, "personalized already");
  }
  if (account.size() > kMaxAccount) {
    return CardError(kWrongLength, "account number is too long");
  }
  account_.assign(account.begin(), account.end());
  personalized_ = true;
  return Bytes();
}

absl::StatusOr<Bytes> BrokerageApplet::Trade(const card::CommandApdu& command,
                                             bool buy) {
  RETURN_IF_ERROR(CheckPosition(command.header().p1));
  const Bytes& data = command.data();
  if (data.size() != 2) {
    return CardError(kWrongLength, "an amount has two bytes");
  }
  uint16_t& shares = shares_[command.header().p1];
  const int amount = data[0] << 8 | data[1];
  const int after = buy ? shares + amount : shares - amount;
  if (amount == 0 || amount > kMaxShares || after < 0 || after > kMaxShares) {
    return CardError(kConditionsNotSatisfied, "the account cannot do that");
  }
  shares = static_cast<uint16_t>(after);
  return Bytes();
}

absl::StatusOr<Bytes> BrokerageApplet::ReadPosition(uint8_t position) const {
  RETURN_IF_ERROR(CheckPosition(position));
  const uint16_t shares = shares_[position];
  return Bytes{static_cast<uint8_t>(shares >> 8), static_cast<uint8_t>(shares)};
}

}  // namespace cardferry::cardsim
