#ifndef CARDFERRY_CARDSIM_FAULTS_FAULTY_CARD_PORT_H_
#define CARDFERRY_CARDSIM_FAULTS_FAULTY_CARD_PORT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cardsim/faults/fault.h"
#include "cardsim/vpcd/card_port.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// Contacts of a card to which the faults happen that were asked for, each at
// its command. Commands are counted from the start on, over resets and all.
class FaultyCardPort final : public CardPort {
 public:
  using Sleep = std::function<void(absl::Duration)>;

  // `card` lives longer, and so does `other`, the card of kSwap; without one
  // the same card comes back. `sleep` lets time pass.
  FaultyCardPort(CardPort& card, std::vector<Fault> faults,
                 CardPort* other = nullptr, Sleep sleep = absl::SleepFor);

  Bytes Atr() const override { return card_->Atr(); }
  void Reset() override;
  absl::StatusOr<Bytes> Transmit(ByteSpan command) override;
  void RefuseNext(card::StatusWord sw) override { card_->RefuseNext(sw); }
  absl::Duration Absence() const override { return absence_; }

 private:
  // What a fault makes of the command; nullopt: nothing, it is carried out.
  std::optional<absl::StatusOr<Bytes>> Strike(const Fault& fault,
                                              ByteSpan command);
  absl::Status Leave(const Fault& fault);

  CardPort* card_;
  std::vector<Fault> faults_;
  CardPort* other_;
  Sleep sleep_;
  size_t commands_ = 0;
  std::array<size_t, 256> by_ins_ = {};
  bool mute_ = false;
  absl::Duration absence_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FAULTS_FAULTY_CARD_PORT_H_
