#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP02_SESSION_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP02_SESSION_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/des_mac_chain.h"
#include "cardsim/channel/scp02_keys.h"
#include "cardsim/channel/session.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// Bits of the SCP02 parameter `i` (GPCS 2.3.1, table E-1) that a session
// follows.
inline constexpr uint8_t kScp02UnmodifiedApdu = 0x02;  // what a C-MAC covers
inline constexpr uint8_t kScp02Explicit = 0x04;
inline constexpr uint8_t kScp02AidIcv = 0x08;
inline constexpr uint8_t kScp02EncryptedIcv = 0x10;
inline constexpr uint8_t kScp02RMac = 0x20;

// The card's side of one SCP02 session (GPCS 2.3.1, E.4). Written from the
// specification alone, without the host's side of this project, so that one
// mistake cannot hide in both.
class Scp02Session final : public Session {
 public:
  // `aid`: of the selected security domain; only implicit initiation and BEGIN
  // R-MAC SESSION want it.
  static absl::StatusOr<std::unique_ptr<Scp02Session>> Create(
      Scp02SessionKeys keys, uint8_t i, ByteSpan aid);

  absl::Status OpenExternalAuthenticate(
      const card::CommandApdu& command) override;
  void set_level(uint8_t level) override;
  // A session without a handshake also takes commands without secure messaging
  // (E.1.2.2), and they are no part of its chain of C-MACs.
  absl::StatusOr<card::CommandApdu> Unwrap(
      const card::CommandApdu& command) override;
  absl::StatusOr<card::ResponseApdu> Wrap(card::ResponseApdu response) override;
  // BEGIN R-MAC SESSION (E.5.3): P1 10, or 00 when answers are to carry none;
  // P2 01; data: length (1) and what it says, or none. END R-MAC SESSION
  // (E.5.4): P1 00; P2 03, or 01 to go on; answers the last R-MAC. Errors: 6D00
  // without R-MAC in `i`, 6A86, 6A80, 6985 for BEGIN inside an R-MAC session
  // and END outside.
  absl::StatusOr<card::ResponseApdu> ManageRMac(
      const card::CommandApdu& plain) override;
  // Triple DES (E.4.7) under the session's key: each block by itself, or CBC
  // with implicit initiation.
  absl::StatusOr<SecretBytes> UnwrapKey(ByteSpan wrapped) const override;

 private:
  Scp02Session(Scp02SessionKeys keys, uint8_t i, ByteSpan aid, Bytes first_icv);

  bool implicit() const { return (i_ & kScp02Explicit) == 0; }
  // Checks the MAC of `command`, whose data without it was `plain` before
  // encryption.
  absl::Status VerifyCMac(const card::CommandApdu& command, ByteSpan plain);
  absl::StatusOr<Bytes> Decrypt(ByteSpan data) const;
  // Keeps what an R-MAC will cover of the command, and gives its plain form.
  absl::StatusOr<card::CommandApdu> Take(const card::CommandApdu& command,
                                         ByteSpan plain);
  absl::Status BeginRMac(const card::CommandApdu& plain);
  absl::StatusOr<Bytes> EndRMac(const card::CommandApdu& plain);

  Scp02SessionKeys keys_;
  uint8_t i_;
  Bytes aid_;
  DesMacChain c_macs_;
  uint8_t level_ = 0;
  std::optional<DesMacChain> r_macs_;
  bool answers_carry_r_macs_ = false;
  // Of the last command: CLA INS P1 P2 Lc | data, all before secure messaging.
  Bytes last_command_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP02_SESSION_H_
