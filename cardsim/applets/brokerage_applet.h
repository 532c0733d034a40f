#ifndef CARDFERRY_CARDSIM_APPLETS_BROKERAGE_APPLET_H_
#define CARDFERRY_CARDSIM_APPLETS_BROKERAGE_APPLET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "cardsim/applets/applet.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// The demonstration applet, a securities account, in native code: what
// Brokerage.java does, command by command (CLA 80):
//   10        the account number
//   20 n      buys into position n (P1, 0 to 7): data is an amount, 2 bytes
//   22 n      sells from it
//   24 n      the shares of position n, 2 bytes
//   E2        sets the account number; once
class BrokerageApplet final : public Applet {
 public:
  static constexpr size_t kMaxAccount = 32;
  static constexpr size_t kPositions = 8;

  // `account`: the install parameters (C9). 6A80 when longer than kMaxAccount.
  static absl::StatusOr<std::unique_ptr<Applet>> Install(ByteSpan account);

  card::ResponseApdu Process(const card::CommandApdu& command) override;

  // personalized (1: 00 or 01) | shares (2 each) | account
  Bytes State() const override;
  absl::Status Restore(ByteSpan state) override;

 private:
  explicit BrokerageApplet(ByteSpan account)
      : account_(account.begin(), account.end()) {}

  absl::StatusOr<Bytes> Run(const card::CommandApdu& command);
  absl::StatusOr<Bytes> Personalize(ByteSpan account);
  absl::StatusOr<Bytes> Trade(const card::CommandApdu& command, bool buy);
  absl::StatusOr<Bytes> ReadPosition(uint8_t position) const;

  Bytes account_;
  bool personalized_ = false;
  // Never negative, like the applet's: at most 32767.
  std::array<uint16_t, kPositions> shares_ = {};
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_APPLETS_BROKERAGE_APPLET_H_
