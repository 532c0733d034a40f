#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP02_SESSION_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP02_SESSION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/scp02_keys.h"
#include "cardsim/channel/session.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// The card's side of one SCP02 session that was opened explicitly, without
// R-MAC (GPCS 2.3.1, E.4). Written from the specification alone, without the
// host's side of this project, so that one mistake cannot hide in both.
class Scp02Session final : public Session {
 public:
  // `encrypts_icv`: i & 10.
  Scp02Session(Scp02SessionKeys keys, bool encrypts_icv);

  absl::Status OpenExternalAuthenticate(
      const card::CommandApdu& command) override;
  void set_level(uint8_t level) override { level_ = level; }
  absl::StatusOr<card::CommandApdu> Unwrap(
      const card::CommandApdu& command) override;
  // Answers go out as they are.
  absl::StatusOr<card::ResponseApdu> Wrap(
      card::ResponseApdu response) const override;
  // Triple DES, each block by itself (E.4.7), under the session's key.
  absl::StatusOr<SecretBytes> UnwrapKey(ByteSpan wrapped) const override;

 private:
  // Checks the MAC of `command`, whose data without it was `plain` before
  // encryption.
  absl::Status VerifyCMac(const card::CommandApdu& command, ByteSpan plain);
  absl::StatusOr<Bytes> Decrypt(ByteSpan data) const;
  absl::StatusOr<Bytes> NextIcv() const;

  Scp02SessionKeys keys_;
  bool encrypts_icv_;
  uint8_t level_ = 0;
  Bytes last_mac_;  // empty before the first
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP02_SESSION_H_
