#include "cardsim/channel/scp11_opening.h"

#include <algorithm>
#include <vector>

#include "cardsim/card_error.h"
#include "cardsim/channel/scp03_session.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"
#include "lib/crypto/cmac.h"

namespace cardferry::cardsim {
namespace {

using card::Tlv;

constexpr uint8_t kMore = 0x80;        // in P1 and P2
constexpr uint8_t kMoreBlocks = 0x10;  // in CLA
constexpr size_t kMaxCertificate = 2048;
constexpr uint8_t kMutualAuthenticate = 0x82;

// What MUTUAL or INTERNAL AUTHENTICATE asks for.
struct Request {
  bool host_has_static_key = false;  // variants a and c
  bool card_has_ephemeral = true;    // variants a and b
  Bytes shared_info;
  Bytes point;  // ePK.OCE.ECKA
};

absl::Status WrongData(absl::string_view why) {
  return CardError(kWrongData, why);
}

// The value of the only object with `tag`.
absl::StatusOr<ByteSpan> Only(const std::vector<Tlv>& tlvs, uint32_t tag,
                              size_t length) {
  const auto count = std::count_if(
      tlvs.begin(), tlvs.end(), [&](const Tlv& tlv) { return tlv.tag == tag; });
  const auto value = card::FindTag(tlvs, tag);
  if (count != 1 || value->size() != length) {
    return WrongData("control reference template lacks an object");
  }
  return *value;
}

// A6 { 90 '11' parameters | 95 key usage | 80 '88' | 81 key length }
absl::Status ReadControlReference(ByteSpan value, Request& request) {
  const auto tlvs = card::ParseTlvs(value);
  if (!tlvs.ok() || tlvs->size() != 4) {
    return WrongData("not a control reference template");
  }
  ASSIGN_OR_RETURN(const ByteSpan scp, Only(*tlvs, 0x90, 2));
  ASSIGN_OR_RETURN(const ByteSpan usage, Only(*tlvs, 0x95, 1));
  ASSIGN_OR_RETURN(const ByteSpan type, Only(*tlvs, 0x80, 1));
  ASSIGN_OR_RETURN(const ByteSpan length, Only(*tlvs, 0x81, 1));
  if (scp[0] != 0x11 || scp[1] > 0x03 || scp[1] == 0x02) {
    return WrongData("parameters of SCP11 that are not there");
  }
  request.host_has_static_key = (scp[1] & 0x01) != 0;
  request.card_has_ephemeral = (scp[1] & 0x02) == 0;
  request.shared_info = {usage[0], type[0], length[0]};
  return absl::OkStatus();
}

absl::StatusOr<Request> ReadRequest(const card::CommandApdu& command) {
  const auto tlvs = card::ParseTlvs(command.data());
  if (!tlvs.ok() || tlvs->size() != 2 || (*tlvs)[0].tag != 0xA6 ||
      (*tlvs)[1].tag != 0x5F49) {
    return WrongData("not a control reference template and a point");
  }
  Request request;
  RETURN_IF_ERROR(ReadControlReference((*tlvs)[0].value, request));
  request.point.assign((*tlvs)[1].value.begin(), (*tlvs)[1].value.end());
  const bool mutual = command.header().ins == kMutualAuthenticate;
  if (mutual != request.host_has_static_key) {
    return WrongData("parameters of the other command");
  }
  return request;
}

absl::StatusOr<SecretBytes> Agree(const crypto::EcPrivateKey& key,
                                  ByteSpan point) {
  absl::StatusOr<SecretBytes> secret = key.Agree(point);
  if (absl::IsInvalidArgument(secret.status())) {
    return WrongData("no point of the curve");
  }
  return secret;
}

SecretBytes Join(const SecretBytes& first, const SecretBytes& second) {
  SecretBytes joined(first.size() + second.size());
  const ByteSpan head = first.Read(GrantSecretAccess());
  const ByteSpan tail = second.Read(GrantSecretAccess());
  const absl::Span<uint8_t> to = joined.Write(GrantSecretAccess());
  std::copy(head.begin(), head.end(), to.begin());
  std::copy(tail.begin(), tail.end(),
            to.begin() + static_cast<ptrdiff_t>(head.size()));
  return joined;
}

SecretBytes Part(const SecretBytes& keys, size_t index, size_t length) {
  return SecretBytes::CopyOf(
      keys.Read(GrantSecretAccess()).subspan(index * length, length));
}

// The level of a key usage (GPCS 2.3.1, table 11-16), 0 for others.
uint8_t LevelOf(uint8_t usage) {
  switch (usage) {
    case 0x3C:
      return 0x33;
    case 0x34:
      return 0x11;
    default:
      return 0;
  }
}

bool Names(const card::CommandHeader& header, const Scp11KeyName& name) {
  return (header.p1 & ~kMore) == name.version &&
         (header.p2 & ~kMore) == name.identifier;
}

}  // namespace

absl::StatusOr<Scp11Derived> DeriveScp11Session(crypto::KdfHash hash,
                                                size_t mac_size,
                                                const SecretBytes& secrets,
                                                ByteSpan shared_info,
                                                ByteSpan receipt_message) {
  const uint8_t level = LevelOf(shared_info[0]);
  const size_t length = shared_info[2];
  if (level == 0 || shared_info[1] != 0x88 ||
      (length != 16 && length != 24 && length != 32)) {
    return WrongData("key usage, type or length that is not there");
  }
  ASSIGN_OR_RETURN(const SecretBytes keys,
                   crypto::X963Kdf(hash, secrets, shared_info, 5 * length));
  Scp11Derived derived;
  ASSIGN_OR_RETURN(derived.receipt,
                   crypto::AesCmac(Part(keys, 0, length), receipt_message));
  Scp03SessionKeys session_keys{Part(keys, 1, length), Part(keys, 2, length),
                                Part(keys, 3, length)};
  derived.session = std::make_unique<Scp03Session>(std::move(session_keys),
                                                   Part(keys, 4, length),
                                                   mac_size, derived.receipt);
  derived.session->set_level(level);
  return derived;
}

absl::Status Scp11Opening::Refuse(absl::Status error) {
  blocks_.clear();
  issuer_.reset();
  host_.reset();
  return error;
}

absl::Status Scp11Opening::PerformSecurityOperation(
    const card::CommandApdu& command) {
  const card::CommandHeader& header = command.header();
  if (!keys_.authority || !Names(header, keys_.authority_name)) {
    return Refuse(CardError(kReferencedDataNotFound, "no such authority"));
  }
  if (blocks_.empty()) host_.reset();
  Append(blocks_, command.data());
  if (blocks_.size() > kMaxCertificate) {
    return Refuse(WrongData("certificate is too long"));
  }
  if ((header.cla & kMoreBlocks) != 0) return absl::OkStatus();
  return TakeCertificate((header.p2 & kMore) == 0);
}

absl::Status Scp11Opening::TakeCertificate(bool last) {
  absl::StatusOr<CertifiedKey> key =
      VerifyCertificate(blocks_, issuer_ ? *issuer_ : *keys_.authority);
  if (!key.ok()) return Refuse(key.status());
  blocks_.clear();
  if (key->may_sign == last) {
    return Refuse(CardError(kAuthenticationFailed, "key is for another use"));
  }
  if (!last) {
    issuer_ = *std::move(key);
    return absl::OkStatus();
  }
  issuer_.reset();
  if (key->curve != keys_.static_key.curve()) {
    return Refuse(WrongData("the host's key is on another curve"));
  }
  host_ = *std::move(key);
  return absl::OkStatus();
}

absl::StatusOr<Scp11Agreement> Scp11Opening::Authenticate(
    const card::CommandApdu& command) {
  const card::CommandHeader& header = command.header();
  if (header.p1 != keys_.name.version || header.p2 != keys_.name.identifier) {
    return CardError(kReferencedDataNotFound, "no such key");
  }
  ASSIGN_OR_RETURN(const Request request, ReadRequest(command));
  Bytes host = host_ ? host_->point : keys_.fixed_host_key.value_or(Bytes());
  if (request.host_has_static_key && host.empty()) {
    return CardError(kConditionsNotSatisfied, "no host's key was verified");
  }
  host_.reset();
  if (!request.host_has_static_key) host = request.point;
  std::optional<crypto::EcPrivateKey> made;
  if (request.card_has_ephemeral && !keys_.fixed_ephemeral) {
    ASSIGN_OR_RETURN(made,
                     crypto::EcPrivateKey::Generate(keys_.static_key.curve()));
  }
  const crypto::EcPrivateKey& shown = made ? *made
                                      : request.card_has_ephemeral
                                          ? *keys_.fixed_ephemeral
                                          : keys_.static_key;
  ASSIGN_OR_RETURN(const SecretBytes first, Agree(shown, request.point));
  ASSIGN_OR_RETURN(const SecretBytes second, Agree(keys_.static_key, host));
  Scp11Agreement agreement;
  agreement.answer = card::EncodeTlv(0x5F49, shown.public_point());
  ASSIGN_OR_RETURN(
      Scp11Derived derived,
      DeriveScp11Session(keys_.hash, keys_.mac_size, Join(first, second),
                         request.shared_info,
                         Concat({command.data(), agreement.answer})));
  card::AppendTlv(agreement.answer, 0x86, derived.receipt);
  agreement.session = std::move(derived.session);
  agreement.host_is_authenticated = request.host_has_static_key;
  return agreement;
}

}  // namespace cardferry::cardsim
