#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP03_PROTOCOL_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP03_PROTOCOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "cardsim/channel/protocol.h"

namespace cardferry::cardsim {

// Bits of the SCP03 parameter `i` (GPC Amendment D, 5.1).
inline constexpr uint8_t kScp03S16Mode = 0x01;
inline constexpr uint8_t kScp03PseudoRandomChallenge = 0x10;
inline constexpr uint8_t kScp03RMac = 0x20;
inline constexpr uint8_t kScp03REnc = 0x40;  // only together with R-MAC

// SCP03 (GPC Amendment D) with one `i`.
class Scp03Protocol final : public Protocol {
 public:
  // INVALID_ARGUMENT when `i` is not one of 00 10 20 30 60 70 (or those + 01).
  static absl::StatusOr<std::unique_ptr<Scp03Protocol>> Create(uint8_t i);

  uint8_t number() const override { return 0x03; }
  uint8_t i() const override { return i_; }
  Counting counting() const override;
  uint32_t last_sequence() const override { return 0xFFFFFF; }
  size_t host_challenge_size() const override { return mac_size(); }
  size_t card_challenge_size() const override { return mac_size(); }
  size_t mac_size() const override;
  bool LevelIsPossible(uint8_t level) const override;
  // Opening::answer (7.1.1.6):
  //   i (1) | card challenge (8 or 16) | card cryptogram (as long) |
  //   sequence counter (3, if i & 10)
  absl::StatusOr<Opening> Open(const Handshake& handshake,
                               RandomSource& random) const override;

 private:
  explicit Scp03Protocol(uint8_t i) : i_(i) {}

  bool IsPseudoRandom() const;
  absl::StatusOr<Bytes> MakeChallenge(const Handshake& handshake,
                                      RandomSource& random) const;

  uint8_t i_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP03_PROTOCOL_H_
