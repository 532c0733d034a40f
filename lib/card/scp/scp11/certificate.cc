#include "lib/card/scp/scp11/certificate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::scp {
namespace {

using card::Tlv;

constexpr uint32_t kTagCertificate = 0x7F21;
constexpr uint32_t kTagX509 = 0x30;
constexpr uint32_t kTagStore = 0xBF21;
constexpr uint32_t kTagKeyUsage = 0x95;
constexpr uint32_t kTagEffectiveDate = 0x5F25;
constexpr uint32_t kTagExpirationDate = 0x5F24;
constexpr uint32_t kTagPublicKey = 0x7F49;
constexpr uint32_t kTagPoint = 0xB0;
constexpr uint32_t kTagReference = 0xF0;
constexpr uint32_t kTagSignature = 0x5F37;
constexpr size_t kMaxSignature = 2 * 66;  // r | s of P-521

struct Field {
  uint32_t tag;
  bool mandatory;
  size_t least;
  size_t most;
};
constexpr std::array<Field, 12> kFields = {{
    {0x93, true, 1, 20},
    {0x42, true, 1, 20},
    {0x5F20, true, 1, 20},
    {kTagKeyUsage, true, 1, 2},
    {kTagEffectiveDate, false, 4, 4},
    {kTagExpirationDate, true, 4, 4},
    {0x45, false, 1, 20},
    {0x53, false, 1, 127},
    {0x73, false, 1, 127},
    {0xBF20, false, 1, 127},
    {kTagPublicKey, true, 1, 256},
    {kTagSignature, true, 2, kMaxSignature},
}};

absl::Status Refuse(uint32_t tag, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrFormat("certificate field %02X %s", tag, why));
}

absl::Status CheckField(const Tlv& tlv) {
  const auto* const field =
      std::find_if(kFields.begin(), kFields.end(),
                   [&](const Field& one) { return one.tag == tlv.tag; });
  if (field == kFields.end()) return Refuse(tlv.tag, "is not known");
  if (tlv.value.size() >= field->least && tlv.value.size() <= field->most) {
    return absl::OkStatus();
  }
  return Refuse(tlv.tag,
                absl::StrCat("has ", tlv.value.size(), " bytes, must have ",
                             field->least, " to ", field->most));
}

absl::Status CheckFields(absl::Span<const Tlv> tlvs) {
  for (const Tlv& tlv : tlvs) RETURN_IF_ERROR(CheckField(tlv));
  for (const Field& field : kFields) {
    const auto count =
        std::count_if(tlvs.begin(), tlvs.end(),
                      [&](const Tlv& tlv) { return tlv.tag == field.tag; });
    if (count == 0 && field.mandatory) return Refuse(field.tag, "is missing");
    if (count > 1) return Refuse(field.tag, "is there twice");
  }
  if (tlvs.back().tag != kTagSignature) {
    return Refuse(tlvs.back().tag, "follows the signature");
  }
  return absl::OkStatus();
}

Bytes Copy(absl::Span<const Tlv> tlvs, uint32_t tag) {
  const auto value = card::FindTag(tlvs, tag);
  return value ? Bytes(value->begin(), value->end()) : Bytes();
}

bool IsDate(ByteSpan date) {
  for (const uint8_t byte : date) {
    if (byte >> 4 > 9 || (byte & 0x0F) > 9) return false;
  }
  return date[2] >= 0x01 && date[2] <= 0x12 && date[3] >= 0x01 &&
         date[3] <= 0x31;
}

absl::StatusOr<CertificateUsage> ReadUsage(const Bytes& usage) {
  if (usage == Bytes{0x82}) return CertificateUsage::kSignatures;
  if (usage == Bytes{0x00, 0x80}) return CertificateUsage::kKeyAgreement;
  return Refuse(kTagKeyUsage, "is neither 82 nor 0080");
}

absl::Status ReadPublicKey(ByteSpan value, GpCertificate& certificate) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> tlvs, card::ParseTlvs(value));
  const Bytes reference = Copy(tlvs, kTagReference);
  if (tlvs.size() != 2 || reference.size() != 1 ||
      !card::FindTag(tlvs, kTagPoint)) {
    return Refuse(kTagPublicKey, "is not a point and its curve");
  }
  const auto curve = CurveOfReference(reference[0]);
  if (!curve) return Refuse(kTagPublicKey, "has a curve that is not there");
  certificate.curve = *curve;
  certificate.public_key = Copy(tlvs, kTagPoint);
  return CheckPointForm(*curve, certificate.public_key);
}

}  // namespace

absl::StatusOr<GpCertificate> GpCertificate::Parse(ByteSpan encoded) {
  if (encoded.size() > kMaxCertificateLength) {
    return absl::InvalidArgumentError("certificate is longer than 2048 bytes");
  }
  ASSIGN_OR_RETURN(const Tlv whole, card::ParseSingleTlv(encoded));
  if (whole.tag != kTagCertificate) return Refuse(whole.tag, "is not 7F21");
  ASSIGN_OR_RETURN(const std::vector<Tlv> tlvs, card::ParseTlvs(whole.value));
  if (tlvs.empty()) return Refuse(whole.tag, "is empty");
  RETURN_IF_ERROR(CheckFields(tlvs));
  GpCertificate certificate;
  certificate.serial_number = Copy(tlvs, 0x93);
  certificate.ca_identifier = Copy(tlvs, 0x42);
  certificate.subject = Copy(tlvs, 0x5F20);
  ASSIGN_OR_RETURN(certificate.usage, ReadUsage(Copy(tlvs, kTagKeyUsage)));
  certificate.effective_date = Copy(tlvs, kTagEffectiveDate);
  certificate.expiration_date = Copy(tlvs, kTagExpirationDate);
  if (!IsDate(certificate.expiration_date) ||
      (!certificate.effective_date.empty() &&
       !IsDate(certificate.effective_date))) {
    return absl::InvalidArgumentError("certificate has a date that is none");
  }
  RETURN_IF_ERROR(
      ReadPublicKey(*card::FindTag(tlvs, kTagPublicKey), certificate));
  certificate.signature = Copy(tlvs, kTagSignature);
  // What stands before the last object, whose tag has two bytes and whose
  // length may be written in more than one.
  const Tlv& before = tlvs[tlvs.size() - 2];
  certificate.signed_data.assign(whole.value.data(),
                                 before.value.data() + before.value.size());
  return certificate;
}

bool IsGpCertificate(ByteSpan encoded) {
  return encoded.size() >= 2 && encoded[0] == 0x7F && encoded[1] == 0x21;
}

absl::StatusOr<std::vector<Bytes>> ParseCertificateStore(ByteSpan answer) {
  ASSIGN_OR_RETURN(const Tlv store, card::ParseSingleTlv(answer));
  if (store.tag != kTagStore) {
    return absl::InvalidArgumentError("not a certificate store");
  }
  ASSIGN_OR_RETURN(const std::vector<Tlv> tlvs, card::ParseTlvs(store.value));
  if (tlvs.empty() || tlvs.size() > kMaxChainLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("certificate store holds ", tlvs.size(),
                     " certificates, must hold 1 to ", kMaxChainLength));
  }
  std::vector<Bytes> certificates;
  const uint8_t* begin = store.value.data();
  for (const Tlv& tlv : tlvs) {
    if (tlv.tag != kTagCertificate && tlv.tag != kTagX509) {
      return Refuse(tlv.tag, "is no certificate");
    }
    const uint8_t* const end = tlv.value.data() + tlv.value.size();
    certificates.emplace_back(begin, end);
    if (certificates.back().size() > kMaxCertificateLength) {
      return absl::InvalidArgumentError(
          "certificate is longer than 2048 bytes");
    }
    begin = end;
  }
  return certificates;
}

}  // namespace cardferry::scp
