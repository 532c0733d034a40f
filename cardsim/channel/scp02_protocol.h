#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP02_PROTOCOL_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP02_PROTOCOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "cardsim/channel/protocol.h"
#include "cardsim/channel/scp02_keys.h"
#include "cardsim/channel/scp02_session.h"

namespace cardferry::cardsim {

// Bits of the SCP02 parameter `i` (GPCS 2.3.1, table E-1).
inline constexpr uint8_t kScp02ThreeKeys = 0x01;  // else one base key
inline constexpr uint8_t kScp02PseudoRandomChallenge = 0x40;

// Where the sequence counter ends (E.1.2.1); some cards use all 16 bits.
inline constexpr uint32_t kLastScp02Sequence = 0x7FFF;

// SCP02 (GPCS 2.3.1, annex E): with explicit initiation and C-MAC on the
// modified command, or with implicit initiation, C-MAC on the unmodified one
// and an ICV from the AID.
class Scp02Protocol final : public Protocol {
 public:
  // INVALID_ARGUMENT when `i` is not one of 04 05 14 15 44 45 54 55 0A 0B 1A
  // 1B, or those + 20 (R-MAC).
  static absl::StatusOr<std::unique_ptr<Scp02Protocol>> Create(
      uint8_t i, uint32_t last_sequence);

  uint8_t number() const override { return 0x02; }
  uint8_t i() const override { return i_; }
  bool implicit() const override { return (i_ & kScp02Explicit) == 0; }
  Counting counting() const override { return Counting::kAtFirstMac; }
  uint32_t last_sequence() const override { return last_sequence_; }
  size_t host_challenge_size() const override { return 8; }
  size_t card_challenge_size() const override {
    return kScp02CardChallengeSize;
  }
  size_t mac_size() const override { return 8; }
  bool LevelIsPossible(uint8_t level) const override;
  // Opening::answer (E.5.1.6): sequence counter (2) | card challenge (6) |
  //   card cryptogram (8)
  absl::StatusOr<Opening> Open(const Handshake& handshake,
                               RandomSource& random) const override;
  absl::StatusOr<std::unique_ptr<Session>> Begin(
      const Handshake& handshake) const override;

 private:
  Scp02Protocol(uint8_t i, uint32_t last_sequence)
      : i_(i), last_sequence_(last_sequence) {}

  absl::StatusOr<Bytes> MakeChallenge(const Handshake& handshake,
                                      const Scp02SessionKeys& keys,
                                      RandomSource& random) const;

  uint8_t i_;
  uint32_t last_sequence_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP02_PROTOCOL_H_
