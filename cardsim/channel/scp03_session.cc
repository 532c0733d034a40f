#include "cardsim/channel/scp03_session.h"

#include <utility>

#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/cmac.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kClaChannelBits = 0x03;
constexpr uint8_t kPaddingStart = 0x80;

void AppendLc(Bytes& out, const card::CommandApdu& command) {
  const size_t lc = command.data().size();
  if (command.IsExtended()) {
    out.push_back(0x00);
    out.push_back(static_cast<uint8_t>(lc >> 8));
  }
  out.push_back(static_cast<uint8_t>(lc));
}

// What a C-MAC covers (GPC Amendment D, 6.2.4):
//   chaining value (16) | CLA INS P1 P2 Lc | data without the MAC
// CLA as sent, but for logical channel 0; Lc as sent, the MAC included.
Bytes CMacInput(ByteSpan chaining_value, const card::CommandApdu& command,
                size_t mac_size) {
  const card::CommandHeader& header = command.header();
  Bytes input(chaining_value.begin(), chaining_value.end());
  input.push_back(static_cast<uint8_t>(header.cla & ~kClaChannelBits));
  input.push_back(header.ins);
  input.push_back(header.p1);
  input.push_back(header.p2);
  AppendLc(input, command);
  Append(input,
         ByteSpan(command.data()).first(command.data().size() - mac_size));
  return input;
}

// Padding method 2 of ISO/IEC 9797-1: 80, then 00 up to a whole block.
void Pad(Bytes& data) {
  data.push_back(kPaddingStart);
  while (data.size() % crypto::kAesBlockSize != 0) data.push_back(0x00);
}

absl::Status Unpad(Bytes& data) {
  while (!data.empty() && data.back() == 0x00) data.pop_back();
  if (data.empty() || data.back() != kPaddingStart) {
    return CardError(kSecurityNotSatisfied, "command data is not padded");
  }
  data.pop_back();
  return absl::OkStatus();
}

// Only 9000 and warnings carry an R-MAC (GPC Amendment D, 6.2.5).
bool IsProtected(card::StatusWord sw) {
  return sw == card::kSuccess || sw.sw1() == 0x62 || sw.sw1() == 0x63;
}

}  // namespace

bool HasSecureMessaging(const card::CommandHeader& header) {
  return (header.cla & kClaSecureMessaging) != 0;
}

Scp03Session::Scp03Session(Scp03SessionKeys keys, size_t mac_size)
    : keys_(std::move(keys)),
      mac_size_(mac_size),
      chaining_value_(crypto::kAesBlockSize) {}

absl::Status Scp03Session::VerifyCMac(const card::CommandApdu& command) {
  if (command.data().size() < mac_size_) {
    return CardError(kSecurityNotSatisfied, "command is too short for a C-MAC");
  }
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

absl::StatusOr<Bytes> Scp03Session::OpenExternalAuthenticate(
    const card::CommandApdu& command) {
  RETURN_IF_ERROR(VerifyCMac(command));
  Bytes cryptogram = command.data();
  cryptogram.resize(cryptogram.size() - mac_size_);
  return cryptogram;
}

absl::StatusOr<card::CommandApdu> Scp03Session::Unwrap(
    const card::CommandApdu& command) {
  ++command_counter_;
  if (HasSecureMessaging(command.header()) != ((level_ & kLevelCMac) != 0)) {
    return CardError(kSecurityNotSatisfied,
                     "secure messaging is not that of the session's level");
  }
  if ((level_ & kLevelCMac) == 0) return command;
  RETURN_IF_ERROR(VerifyCMac(command));
  card::CommandHeader header = command.header();
  header.cla = static_cast<uint8_t>(header.cla & ~kClaSecureMessaging);
  Bytes data = command.data();
  data.resize(data.size() - mac_size_);
  if ((level_ & kLevelCDec) != 0) {
    ASSIGN_OR_RETURN(data, DecryptCommand(data));
  }
  return card::CommandApdu::Create(header, data, command.le());
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
  RETURN_IF_ERROR(Unpad(plain));
  return plain;
}

absl::StatusOr<Bytes> Scp03Session::EncryptResponse(ByteSpan data) const {
  if (data.empty()) return Bytes();
  Bytes padded(data.begin(), data.end());
  Pad(padded);
  ASSIGN_OR_RETURN(const Bytes icv, Icv(0x80));
  return crypto::AesCbcEncrypt(keys_.enc, icv, padded);
}

absl::StatusOr<card::ResponseApdu> Scp03Session::Wrap(
    card::ResponseApdu response) const {
  if ((level_ & kLevelRMac) == 0) return response;
  if (!IsProtected(response.sw)) return card::ResponseApdu{{}, response.sw};
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

}  // namespace cardferry::cardsim
