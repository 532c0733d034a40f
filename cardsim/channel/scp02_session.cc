#include "cardsim/channel/scp02_session.h"

#include <utility>

#include "absl/memory/memory.h"
#include "cardsim/card_error.h"
#include "cardsim/channel/des_key_wrap.h"
#include "cardsim/channel/messaging.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {
namespace {

using crypto::kDesBlockSize;

constexpr size_t kMacSize = DesMacChain::kMacSize;

constexpr uint8_t kInsBeginRMac = 0x7A;
constexpr uint8_t kInsEndRMac = 0x78;
constexpr uint8_t kBegin = 0x01;
constexpr uint8_t kEnd = 0x03;
constexpr uint8_t kGoOn = 0x01;
constexpr size_t kIns = 1;  // where it stands in a command

DesMacRules CMacRules(uint8_t i) {
  return {DesMacRules::Mac::kRetail, (i & kScp02EncryptedIcv) != 0
                                         ? DesMacRules::Icv::kSingleDes
                                         : DesMacRules::Icv::kClear};
}

// R-MACs are chained as they are (E.4.5).
DesMacChain RMacs(const SecretBytes& key, Bytes first_icv) {
  return DesMacChain(key.Clone(),
                     {DesMacRules::Mac::kRetail, DesMacRules::Icv::kClear},
                     std::move(first_icv));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scp02Session>> Scp02Session::Create(
    Scp02SessionKeys keys, uint8_t i, ByteSpan aid) {
  Bytes first_icv(kDesBlockSize);
  if ((i & kScp02AidIcv) != 0) {
    ASSIGN_OR_RETURN(first_icv, Scp02AidMac(keys.mac, aid));
  }
  return absl::WrapUnique(
      new Scp02Session(std::move(keys), i, aid, std::move(first_icv)));
}

Scp02Session::Scp02Session(Scp02SessionKeys keys, uint8_t i, ByteSpan aid,
                           Bytes first_icv)
    : keys_(std::move(keys)),
      i_(i),
      aid_(aid.begin(), aid.end()),
      c_macs_(keys_.mac.Clone(), CMacRules(i), std::move(first_icv)) {
  if (implicit()) level_ = kLevelCMac;
}

// The chain of R-MACs begins with the C-MAC of EXTERNAL AUTHENTICATE (E.4.5).
void Scp02Session::set_level(uint8_t level) {
  level_ = level;
  if ((level & kLevelRMac) == 0) return;
  r_macs_.emplace(RMacs(keys_.rmac, c_macs_.last()));
  answers_carry_r_macs_ = true;
}

// What a C-MAC covers (E.4.4):
//   CLA INS P1 P2 Lc | plain data
// Lc is that of the plain data and the MAC; with C-MAC on the unmodified APDU
// CLA and Lc are those from before it.
absl::Status Scp02Session::VerifyCMac(const card::CommandApdu& command,
                                      ByteSpan plain) {
  const Bytes header = (i_ & kScp02UnmodifiedApdu) != 0
                           ? PlainMacHeader(command, plain.size())
                           : CMacHeader(command, plain.size() + kMacSize);
  return c_macs_.Verify(Concat({header, plain}),
                        ByteSpan(command.data()).last(kMacSize));
}

absl::Status Scp02Session::OpenExternalAuthenticate(
    const card::CommandApdu& command) {
  ASSIGN_OR_RETURN(const ByteSpan data, WithoutMac(command, kMacSize));
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

absl::StatusOr<card::CommandApdu> Scp02Session::Take(
    const card::CommandApdu& command, ByteSpan plain) {
  last_command_ = Concat({PlainMacHeader(command, plain.size()), plain});
  return card::CommandApdu::Create(WithoutSecureMessaging(command.header()),
                                   plain, command.le());
}

absl::StatusOr<card::CommandApdu> Scp02Session::Unwrap(
    const card::CommandApdu& command) {
  const bool unprotected = !HasSecureMessaging(command.header());
  if (!(implicit() && unprotected)) {
    RETURN_IF_ERROR(CheckMessaging(level_, command.header()));
  }
  if (unprotected) return Take(command, command.data());
  ASSIGN_OR_RETURN(const ByteSpan body, WithoutMac(command, kMacSize));
  Bytes plain(body.begin(), body.end());
  if ((level_ & kLevelCDec) != 0) {
    ASSIGN_OR_RETURN(plain, Decrypt(body));
  }
  RETURN_IF_ERROR(VerifyCMac(command, plain));
  return Take(command, plain);
}

// What an R-MAC covers (E.4.5):
//   CLA INS P1 P2 Lc | data | Li | answer's data | SW1 SW2
// with the command as it was before secure messaging, and in Li the length of
// the answer's data, its last eight bits. An error goes out bare but moves the
// chain on. So does BEGIN R-MAC SESSION; END is no part of the chain.
absl::StatusOr<card::ResponseApdu> Scp02Session::Wrap(
    card::ResponseApdu response) {
  const uint8_t ins = last_command_.empty() ? 0 : last_command_[kIns];
  if (!r_macs_.has_value() || ins == kInsEndRMac) return response;
  if (!CarriesRMac(response.sw)) response.data.clear();
  const Bytes length = {static_cast<uint8_t>(response.data.size())};
  const Bytes sw = {response.sw.sw1(), response.sw.sw2()};
  ASSIGN_OR_RETURN(
      const Bytes mac,
      r_macs_->Next(Concat({last_command_, length, response.data, sw})));
  if (answers_carry_r_macs_ && ins != kInsBeginRMac &&
      CarriesRMac(response.sw)) {
    Append(response.data, mac);
  }
  return response;
}

absl::StatusOr<card::ResponseApdu> Scp02Session::ManageRMac(
    const card::CommandApdu& plain) {
  if ((i_ & kScp02RMac) == 0) return Session::ManageRMac(plain);
  if (plain.header().ins == kInsBeginRMac) {
    RETURN_IF_ERROR(BeginRMac(plain));
    return card::ResponseApdu{{}, card::kSuccess};
  }
  ASSIGN_OR_RETURN(Bytes r_mac, EndRMac(plain));
  return card::ResponseApdu{std::move(r_mac), card::kSuccess};
}

absl::Status Scp02Session::BeginRMac(const card::CommandApdu& plain) {
  const card::CommandHeader& header = plain.header();
  if ((header.p1 != kLevelRMac && header.p1 != 0x00) || header.p2 != kBegin) {
    return CardError(kWrongP1P2, "BEGIN R-MAC SESSION is P1 10 or 00, P2 01");
  }
  const Bytes& data = plain.data();
  if (!data.empty() && data.front() != data.size() - 1) {
    return CardError(kWrongData, "the data is not as long as it says");
  }
  if (r_macs_.has_value()) {
    return CardError(kConditionsNotSatisfied, "an R-MAC session is there");
  }
  ASSIGN_OR_RETURN(Bytes first_icv, Scp02AidMac(keys_.begun_rmac, aid_));
  r_macs_.emplace(RMacs(keys_.begun_rmac, std::move(first_icv)));
  answers_carry_r_macs_ = header.p1 == kLevelRMac;
  return absl::OkStatus();
}

absl::StatusOr<Bytes> Scp02Session::EndRMac(const card::CommandApdu& plain) {
  const card::CommandHeader& header = plain.header();
  if (header.p1 != 0x00 || (header.p2 != kEnd && header.p2 != kGoOn)) {
    return CardError(kWrongP1P2, "END R-MAC SESSION is P1 00, P2 03 or 01");
  }
  if (!r_macs_.has_value()) {
    return CardError(kConditionsNotSatisfied, "no R-MAC session");
  }
  Bytes r_mac = r_macs_->last();
  if (header.p2 == kEnd) r_macs_.reset();
  return r_mac;
}

absl::StatusOr<SecretBytes> Scp02Session::UnwrapKey(ByteSpan wrapped) const {
  return UnwrapKeyUnderDes(keys_.dek, wrapped,
                           implicit() ? DesKeyWrap::kCbc : DesKeyWrap::kEcb);
}

}  // namespace cardferry::cardsim
