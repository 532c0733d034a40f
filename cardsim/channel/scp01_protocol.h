#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP01_PROTOCOL_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP01_PROTOCOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "cardsim/channel/protocol.h"
#include "cardsim/channel/scp01_keys.h"

namespace cardferry::cardsim {

// SCP01 (GPCS 2.3.1, annex D): i 05, or 15 with encrypted ICVs.
class Scp01Protocol final : public Protocol {
 public:
  // INVALID_ARGUMENT when `i` is not 05 or 15.
  static absl::StatusOr<std::unique_ptr<Scp01Protocol>> Create(uint8_t i);

  uint8_t number() const override { return 0x01; }
  uint8_t i() const override { return i_; }
  // There is no sequence counter.
  Counting counting() const override { return Counting::kNever; }
  uint32_t last_sequence() const override { return 0; }
  size_t host_challenge_size() const override { return kScp01ChallengeSize; }
  size_t card_challenge_size() const override { return kScp01ChallengeSize; }
  size_t mac_size() const override { return 8; }
  bool LevelIsPossible(uint8_t level) const override;
  // Opening::answer (D.5.1.6): card challenge (8) | card cryptogram (8)
  absl::StatusOr<Opening> Open(const Handshake& handshake,
                               RandomSource& random) const override;

 private:
  explicit Scp01Protocol(uint8_t i) : i_(i) {}

  uint8_t i_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP01_PROTOCOL_H_
