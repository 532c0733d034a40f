#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP01_SESSION_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP01_SESSION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/des_mac_chain.h"
#include "cardsim/channel/scp01_keys.h"
#include "cardsim/channel/session.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// The card's side of one SCP01 session (GPCS 2.3.1, annex D; VISA Open Platform
// 2.0.1'). Written from the specification alone, without the host's side of
// this project, so that one mistake cannot hide in both.
class Scp01Session final : public Session {
 public:
  // `dek`: the static Key-DEK. `encrypts_icv`: i 15.
  Scp01Session(Scp01SessionKeys keys, SecretBytes dek, bool encrypts_icv);

  absl::Status OpenExternalAuthenticate(
      const card::CommandApdu& command) override;
  void set_level(uint8_t level) override { level_ = level; }
  absl::StatusOr<card::CommandApdu> Unwrap(
      const card::CommandApdu& command) override;
  // Answers go out as they are.
  absl::StatusOr<card::ResponseApdu> Wrap(card::ResponseApdu response) override;
  // Triple DES, each block by itself (D.1.4), under the static key.
  absl::StatusOr<SecretBytes> UnwrapKey(ByteSpan wrapped) const override;

 private:
  absl::Status VerifyCMac(const card::CommandApdu& command, ByteSpan plain);
  absl::StatusOr<Bytes> Decrypt(ByteSpan data) const;

  SecretBytes enc_;
  SecretBytes dek_;
  DesMacChain c_macs_;
  uint8_t level_ = 0;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP01_SESSION_H_
