#include "cardsim/channel/scp02_session.h"

#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/channel/messaging.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {
namespace {

using crypto::kDesBlockSize;

constexpr size_t kMacSize = 8;

absl::StatusOr<ByteSpan> WithoutMac(const card::CommandApdu& command) {
  if (command.data().size() < kMacSize) {
    return CardError(kSecurityNotSatisfied, "command is too short for a C-MAC");
  }
  return ByteSpan(command.data()).first(command.data().size() - kMacSize);
}

}  // namespace

Scp02Session::Scp02Session(Scp02SessionKeys keys, bool encrypts_icv)
    : keys_(std::move(keys)), encrypts_icv_(encrypts_icv) {}

// The ICV of a C-MAC (E.4.4): zero for the first, then the MAC before, in
// single DES under the first half of the key where `i` says so (E.3.4).
absl::StatusOr<Bytes> Scp02Session::NextIcv() const {
  if (last_mac_.empty()) return Bytes(kDesBlockSize);
  if (!encrypts_icv_) return last_mac_;
  ASSIGN_OR_RETURN(const SecretBytes half, crypto::SingleDesKey(keys_.mac));
  return crypto::TdesEcbEncrypt(half, last_mac_);
}

// What a C-MAC covers (E.4.4):
//   CLA INS P1 P2 Lc | plain data
// Lc is that of the plain data and the MAC.
absl::Status Scp02Session::VerifyCMac(const card::CommandApdu& command,
                                      ByteSpan plain) {
  const Bytes input =
      Concat({CMacHeader(command, plain.size() + kMacSize), plain});
  ASSIGN_OR_RETURN(const Bytes icv, NextIcv());
  ASSIGN_OR_RETURN(Bytes mac, crypto::RetailMac(
                                  keys_.mac, icv,
                                  crypto::Iso9797Padded(input, kDesBlockSize)));
  if (!ConstantTimeEqual(mac, ByteSpan(command.data()).last(kMacSize))) {
    return CardError(kSecurityNotSatisfied, "C-MAC does not match");
  }
  last_mac_ = std::move(mac);
  return absl::OkStatus();
}

absl::Status Scp02Session::OpenExternalAuthenticate(
    const card::CommandApdu& command) {
  ASSIGN_OR_RETURN(const ByteSpan data, WithoutMac(command));
  return VerifyCMac(command, data);
}

// Triple DES, CBC with IV 0, always padded (E.4.6). Data that is absent was not
// encrypted; data that is padding alone comes from hosts that encrypt it all
// the same. Both are good.
absl::StatusOr<Bytes> Scp02Session::Decrypt(ByteSpan data) const {
  if (data.empty()) return Bytes();
  if (data.size() % kDesBlockSize != 0) {
    return CardError(kSecurityNotSatisfied,
                     "encrypted command data is not whole blocks");
  }
  ASSIGN_OR_RETURN(Bytes plain, crypto::TdesCbcDecrypt(
                                    keys_.enc, Bytes(kDesBlockSize), data));
  RETURN_IF_ERROR(RemovePadding(plain));
  return plain;
}

absl::StatusOr<card::CommandApdu> Scp02Session::Unwrap(
    const card::CommandApdu& command) {
  RETURN_IF_ERROR(CheckMessaging(level_, command.header()));
  if ((level_ & kLevelCMac) == 0) return command;
  ASSIGN_OR_RETURN(const ByteSpan body, WithoutMac(command));
  Bytes plain(body.begin(), body.end());
  if ((level_ & kLevelCDec) != 0) {
    ASSIGN_OR_RETURN(plain, Decrypt(body));
  }
  RETURN_IF_ERROR(VerifyCMac(command, plain));
  card::CommandHeader header = command.header();
  header.cla = static_cast<uint8_t>(header.cla & ~kClaSecureMessaging);
  return card::CommandApdu::Create(header, plain, command.le());
}

absl::StatusOr<card::ResponseApdu> Scp02Session::Wrap(
    card::ResponseApdu response) const {
  return response;
}

absl::StatusOr<SecretBytes> Scp02Session::UnwrapKey(ByteSpan wrapped) const {
  if (wrapped.empty() || wrapped.size() % kDesBlockSize != 0) {
    return CardError(kWrongData, "encrypted key is not whole DES blocks");
  }
  return crypto::TdesEcbUnwrapKey(keys_.dek, wrapped);
}

}  // namespace cardferry::cardsim
