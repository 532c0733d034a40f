#include "cardsim/channel/scp01_session.h"

#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/channel/des_key_wrap.h"
#include "cardsim/channel/messaging.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {
namespace {

using crypto::kDesBlockSize;

constexpr size_t kMacSize = DesMacChain::kMacSize;

DesMacRules Rules(bool encrypts_icv) {
  return {DesMacRules::Mac::kTripleDes, encrypts_icv
                                            ? DesMacRules::Icv::kTripleDes
                                            : DesMacRules::Icv::kClear};
}

}  // namespace

Scp01Session::Scp01Session(Scp01SessionKeys keys, SecretBytes dek,
                           bool encrypts_icv)
    : enc_(std::move(keys.enc)),
      dek_(std::move(dek)),
      c_macs_(std::move(keys.mac), Rules(encrypts_icv), Bytes(kDesBlockSize)) {}

// What a C-MAC covers (D.4.4):
//   CLA INS P1 P2 Lc | plain data
// Lc is that of the plain data and the MAC.
absl::Status Scp01Session::VerifyCMac(const card::CommandApdu& command,
                                      ByteSpan plain) {
  return c_macs_.Verify(
      Concat({CMacHeader(command, plain.size() + kMacSize), plain}),
      ByteSpan(command.data()).last(kMacSize));
}

absl::Status Scp01Session::OpenExternalAuthenticate(
    const card::CommandApdu& command) {
  ASSIGN_OR_RETURN(const ByteSpan data, WithoutMac(command, kMacSize));
  return VerifyCMac(command, data);
}

// Triple DES, CBC with IV 0 (D.4.6), of
//   length (1) | data | 80 00.. to whole blocks, where they are not whole
absl::StatusOr<Bytes> Scp01Session::Decrypt(ByteSpan data) const {
  if (data.empty()) return Bytes();
  if (data.size() % kDesBlockSize != 0) {
    return CardError(kSecurityNotSatisfied,
                     "encrypted command data is not whole blocks");
  }
  ASSIGN_OR_RETURN(Bytes plain,
                   crypto::TdesCbcDecrypt(enc_, Bytes(kDesBlockSize), data));
  const size_t length = plain.front();
  if (length >= plain.size() || plain.size() - 1 - length >= kDesBlockSize) {
    return CardError(kSecurityNotSatisfied, "another length is encrypted");
  }
  plain.erase(plain.begin());
  if (length < plain.size()) RETURN_IF_ERROR(RemovePadding(plain));
  if (length != plain.size()) {
    return CardError(kSecurityNotSatisfied, "another length is encrypted");
  }
  return plain;
}

absl::StatusOr<card::CommandApdu> Scp01Session::Unwrap(
    const card::CommandApdu& command) {
  RETURN_IF_ERROR(CheckMessaging(level_, command.header()));
  if ((level_ & kLevelCMac) == 0) return command;
  ASSIGN_OR_RETURN(const ByteSpan body, WithoutMac(command, kMacSize));
  Bytes plain(body.begin(), body.end());
  if ((level_ & kLevelCDec) != 0) {
    ASSIGN_OR_RETURN(plain, Decrypt(body));
  }
  RETURN_IF_ERROR(VerifyCMac(command, plain));
  return card::CommandApdu::Create(WithoutSecureMessaging(command.header()),
                                   plain, command.le());
}

absl::StatusOr<card::ResponseApdu> Scp01Session::Wrap(
    card::ResponseApdu response) {
  return response;
}

absl::StatusOr<SecretBytes> Scp01Session::UnwrapKey(ByteSpan wrapped) const {
  return UnwrapKeyUnderDes(dek_, wrapped, DesKeyWrap::kEcb);
}

}  // namespace cardferry::cardsim
