#include "cardsim/channel/scp03_session.h"

#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/channel/messaging.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/cmac.h"
#include "lib/crypto/padding.h"

namespace cardferry::cardsim {
namespace {

// What a C-MAC covers (GPC Amendment D, 6.2.4):
//   chaining value (16) | CLA INS P1 P2 Lc | data without the MAC
// Lc as sent, the MAC included.
Bytes CMacInput(ByteSpan chaining_value, const card::CommandApdu& command,
                size_t mac_size) {
  const ByteSpan data = command.data();
  return Concat({chaining_value, CMacHeader(command, data.size()),
                 data.first(data.size() - mac_size)});
}

}  // namespace

Scp03Session::Scp03Session(Scp03SessionKeys keys, SecretBytes dek,
                           size_t mac_size, Bytes chaining_value)
    : keys_(std::move(keys)),
      dek_(std::move(dek)),
      mac_size_(mac_size),
      chaining_value_(std::move(chaining_value)) {}

absl::Status Scp03Session::VerifyCMac(const card::CommandApdu& command) {
  RETURN_IF_ERROR(WithoutMac(command, mac_size_).status());
  ASSIGN_OR_RETURN(
      Bytes mac, crypto::AesCmac(keys_.mac, CMacInput(chaining_value_, command,
                                                      mac_size_)));
  const ByteSpan received = ByteSpan(command.data()).last(mac_size_);
  if (!ConstantTimeEqual(ByteSpan(mac).first(mac_size_), received)) {
    return CardError(kSecurityNotSatisfied, "C-MAC does not match");
  }
  chaining_value_ = std::move(mac);
  return absl::OkStatus();
}

absl::StatusOr<card::CommandApdu> Scp03Session::Unwrap(
    const card::CommandApdu& command) {
  ++command_counter_;
  RETURN_IF_ERROR(CheckMessaging(level_, command.header()));
  if ((level_ & kLevelCMac) == 0) return command;
  RETURN_IF_ERROR(VerifyCMac(command));
  Bytes data = command.data();
  data.resize(data.size() - mac_size_);
  if ((level_ & kLevelCDec) != 0) {
    ASSIGN_OR_RETURN(data, DecryptCommand(data));
  }
  return card::CommandApdu::Create(WithoutSecureMessaging(command.header()),
                                   data, command.le());
}

absl::StatusOr<Bytes> Scp03Session::Icv(uint8_t first) const {
  Bytes block(crypto::kAesBlockSize);
  block[0] = first;
  for (size_t byte = 0; byte < 4; ++byte) {
    block[15 - byte] = static_cast<uint8_t>(command_counter_ >> (8 * byte));
  }
  return crypto::AesEcbEncrypt(keys_.enc, block);
}

// Data that is absent was not encrypted, though its command was counted; data
// that is padding alone comes from hosts that encrypt it all the same. Both are
// good (GPC Amendment D, 6.2.6).
absl::StatusOr<Bytes> Scp03Session::DecryptCommand(ByteSpan data) const {
  if (data.empty()) return Bytes();
  if (data.size() % crypto::kAesBlockSize != 0) {
    return CardError(kSecurityNotSatisfied,
                     "encrypted command data is not whole blocks");
  }
  ASSIGN_OR_RETURN(const Bytes icv, Icv(0x00));
  ASSIGN_OR_RETURN(Bytes plain, crypto::AesCbcDecrypt(keys_.enc, icv, data));
  RETURN_IF_ERROR(RemovePadding(plain));
  return plain;
}

absl::StatusOr<Bytes> Scp03Session::EncryptResponse(ByteSpan data) const {
  if (data.empty()) return Bytes();
  const Bytes padded = crypto::Iso9797Padded(data, crypto::kAesBlockSize);
  ASSIGN_OR_RETURN(const Bytes icv, Icv(0x80));
  return crypto::AesCbcEncrypt(keys_.enc, icv, padded);
}

absl::StatusOr<card::ResponseApdu> Scp03Session::Wrap(
    card::ResponseApdu response) {
  if ((level_ & kLevelRMac) == 0) return response;
  if (!CarriesRMac(response.sw)) return card::ResponseApdu{{}, response.sw};
  if ((level_ & kLevelREnc) != 0) {
    ASSIGN_OR_RETURN(response.data, EncryptResponse(response.data));
  }
  const Bytes sw = {response.sw.sw1(), response.sw.sw2()};
  ASSIGN_OR_RETURN(
      Bytes mac, crypto::AesCmac(keys_.rmac,
                                 Concat({chaining_value_, response.data, sw})));
  mac.resize(mac_size_);
  Append(response.data, mac);
  return response;
}

absl::StatusOr<SecretBytes> Scp03Session::UnwrapKey(ByteSpan wrapped) const {
  if (wrapped.empty() || wrapped.size() % crypto::kAesBlockSize != 0) {
    return CardError(kWrongData, "encrypted key is not whole AES blocks");
  }
  return crypto::AesCbcUnwrapKey(dek_, Bytes(crypto::kAesBlockSize), wrapped);
}

}  // namespace cardferry::cardsim
