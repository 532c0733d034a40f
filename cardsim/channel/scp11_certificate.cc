#include "cardsim/channel/scp11_certificate.h"

#include <optional>
#include <vector>

#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"
#include "lib/crypto/signature.h"

namespace cardferry::cardsim {
namespace {

using card::Tlv;

absl::Status NoCertificate(absl::string_view why) {
  return CardError(kWrongData, why);
}

absl::StatusOr<std::vector<Tlv>> Read(ByteSpan bytes) {
  absl::StatusOr<std::vector<Tlv>> tlvs = card::ParseTlvs(bytes);
  if (!tlvs.ok()) return NoCertificate(tlvs.status().message());
  return tlvs;
}

std::optional<crypto::Curve> CurveOf(ByteSpan reference) {
  if (reference.size() != 1) return std::nullopt;
  switch (reference[0]) {
    case 0x00:
      return crypto::Curve::kP256;
    case 0x01:
      return crypto::Curve::kP384;
    case 0x02:
      return crypto::Curve::kP521;
    case 0x03:
      return crypto::Curve::kBrainpoolP256r1;
    case 0x05:
      return crypto::Curve::kBrainpoolP384r1;
    case 0x07:
      return crypto::Curve::kBrainpoolP512r1;
    default:
      return std::nullopt;
  }
}

absl::Status ReadKey(ByteSpan value, CertifiedKey& key) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> tlvs, Read(value));
  const auto point = card::FindTag(tlvs, 0xB0);
  const auto reference = card::FindTag(tlvs, 0xF0);
  const auto curve = reference ? CurveOf(*reference) : std::nullopt;
  if (!point || !curve) return NoCertificate("certificate without a key");
  key.curve = *curve;
  key.point.assign(point->begin(), point->end());
  return absl::OkStatus();
}

absl::Status CheckSignature(ByteSpan message, ByteSpan signature,
                            const CertifiedKey& issuer) {
  const auto key = crypto::VerificationKey::Ec(issuer.curve, issuer.point);
  if (!key.ok()) return CardError(kAuthenticationFailed, "no issuer's key");
  ASSIGN_OR_RETURN(const bool verifies, key->Verifies(message, signature));
  if (verifies) return absl::OkStatus();
  return CardError(kAuthenticationFailed, "certificate's signature is wrong");
}

}  // namespace

absl::StatusOr<CertifiedKey> VerifyCertificate(ByteSpan encoded,
                                               const CertifiedKey& issuer) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> whole, Read(encoded));
  if (whole.size() != 1 || whole[0].tag != 0x7F21) {
    return NoCertificate("not a certificate of tag 7F21");
  }
  ASSIGN_OR_RETURN(const std::vector<Tlv> fields, Read(whole[0].value));
  const auto from = card::FindTag(fields, 0x42);
  const auto owner = card::FindTag(fields, 0x5F20);
  const auto usage = card::FindTag(fields, 0x95);
  const auto key = card::FindTag(fields, 0x7F49);
  if (!from || !owner || !usage || !key || fields.back().tag != 0x5F37) {
    return NoCertificate("certificate without a field that it must have");
  }
  CertifiedKey certified;
  certified.identifier.assign(owner->begin(), owner->end());
  certified.may_sign = *usage == ByteSpan({0x82});
  if (!certified.may_sign && *usage != ByteSpan({0x00, 0x80})) {
    return NoCertificate("certificate for another use");
  }
  RETURN_IF_ERROR(ReadKey(*key, certified));
  if (!issuer.may_sign || *from != ByteSpan(issuer.identifier)) {
    return CardError(kAuthenticationFailed, "certificate of another issuer");
  }
  const Tlv& last_signed = fields[fields.size() - 2];
  const uint8_t* const begin = whole[0].value.data();
  const uint8_t* const end =
      last_signed.value.data() + last_signed.value.size();
  RETURN_IF_ERROR(CheckSignature({begin, static_cast<size_t>(end - begin)},
                                 fields.back().value, issuer));
  return certified;
}

}  // namespace cardferry::cardsim
