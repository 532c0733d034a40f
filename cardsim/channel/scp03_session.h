#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP03_SESSION_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP03_SESSION_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/scp03_keys.h"
#include "cardsim/channel/session.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// The card's side of one SCP03 session (GPC Amendment D, 6.2). Written from the
// specification alone, without the host's side of this project, so that one
// mistake cannot hide in both.
class Scp03Session final : public Session {
 public:
  // `dek`: the static Key-DEK. `mac_size`: 8 (S8) or 16 (S16) bytes of each MAC
  // are sent. `chaining_value`: the first one, 16 bytes; zeros, but for a
  // session that SCP11 opened (GPC Amendment F, 4.8).
  Scp03Session(Scp03SessionKeys keys, SecretBytes dek, size_t mac_size,
               Bytes chaining_value = Bytes(16));

  absl::Status OpenExternalAuthenticate(
      const card::CommandApdu& command) override {
    return VerifyCMac(command);
  }
  void set_level(uint8_t level) override { level_ = level; }
  absl::StatusOr<card::CommandApdu> Unwrap(
      const card::CommandApdu& command) override;
  // An error status word goes out bare (6.2.5).
  absl::StatusOr<card::ResponseApdu> Wrap(card::ResponseApdu response) override;
  // AES-CBC, IV 0 (7.2).
  absl::StatusOr<SecretBytes> UnwrapKey(ByteSpan wrapped) const override;

 private:
  absl::Status VerifyCMac(const card::CommandApdu& command);
  absl::StatusOr<Bytes> DecryptCommand(ByteSpan data) const;
  absl::StatusOr<Bytes> EncryptResponse(ByteSpan data) const;
  // The ICV for the running command: its counter, `first` as leading byte.
  absl::StatusOr<Bytes> Icv(uint8_t first) const;

  Scp03SessionKeys keys_;
  SecretBytes dek_;
  size_t mac_size_;
  uint8_t level_ = 0;
  Bytes chaining_value_;          // the last whole C-MAC, 16 bytes
  uint32_t command_counter_ = 0;  // 1 for the first command
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP03_SESSION_H_
