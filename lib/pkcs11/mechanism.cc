#include "lib/pkcs11/mechanism.h"

namespace cardferry::pkcs11 {

Mechanism Mechanism::Plain(CK_MECHANISM_TYPE type) { return Mechanism(type); }

Mechanism Mechanism::AesCbc(ByteSpan iv) {
  Mechanism mechanism(CKM_AES_CBC);
  mechanism.first_.assign(iv.begin(), iv.end());
  return mechanism;
}

Mechanism Mechanism::Des3Cbc(ByteSpan iv) {
  Mechanism mechanism(CKM_DES3_CBC);
  mechanism.first_.assign(iv.begin(), iv.end());
  return mechanism;
}

Mechanism Mechanism::AesGcm(ByteSpan iv, ByteSpan additional_data) {
  Mechanism mechanism(CKM_AES_GCM);
  mechanism.first_.assign(iv.begin(), iv.end());
  mechanism.second_.assign(additional_data.begin(), additional_data.end());
  return mechanism;
}

Mechanism Mechanism::Sha256RsaPss(size_t salt_bytes) {
  Mechanism mechanism(CKM_SHA256_RSA_PKCS_PSS);
  mechanism.pss_ = {CKM_SHA256, CKG_MGF1_SHA256, salt_bytes};
  return mechanism;
}

Mechanism Mechanism::AesEcbEncryptData(ByteSpan data) {
  Mechanism mechanism(CKM_AES_ECB_ENCRYPT_DATA);
  mechanism.first_.assign(data.begin(), data.end());
  return mechanism;
}

Mechanism Mechanism::Des3EcbEncryptData(ByteSpan data) {
  Mechanism mechanism(CKM_DES3_ECB_ENCRYPT_DATA);
  mechanism.first_.assign(data.begin(), data.end());
  return mechanism;
}

Mechanism Mechanism::Des3CbcEncryptData(ByteSpan data) {
  Mechanism mechanism(CKM_DES3_CBC_ENCRYPT_DATA);
  mechanism.first_.assign(data.begin(), data.end());
  return mechanism;
}

Mechanism Mechanism::Ecdh(ByteSpan point) {
  Mechanism mechanism(CKM_ECDH1_DERIVE);
  mechanism.first_.assign(point.begin(), point.end());
  return mechanism;
}

Mechanism Mechanism::ConcatenateKey(ObjectHandle other) {
  Mechanism mechanism(CKM_CONCATENATE_BASE_AND_KEY);
  mechanism.number_ = static_cast<CK_ULONG>(other);
  return mechanism;
}

Mechanism Mechanism::ConcatenateData(ByteSpan data) {
  Mechanism mechanism(CKM_CONCATENATE_BASE_AND_DATA);
  mechanism.first_.assign(data.begin(), data.end());
  return mechanism;
}

Mechanism Mechanism::ExtractKey(size_t offset) {
  Mechanism mechanism(CKM_EXTRACT_KEY_FROM_KEY);
  mechanism.number_ = CK_ULONG{offset} * 8;
  return mechanism;
}

Mechanism Mechanism::CmacCounterKdf(ByteSpan before, ByteSpan after) {
  Mechanism mechanism(kSp800_108CounterKdf);
  mechanism.first_.assign(before.begin(), before.end());
  mechanism.second_.assign(after.begin(), after.end());
  return mechanism;
}

CK_MECHANISM* Mechanism::Get() {
  raw_ = {type_, nullptr, 0};
  switch (type_) {
    case CKM_AES_CBC:
    case CKM_DES3_CBC:
      raw_ = {type_, first_.data(), first_.size()};
      break;
    case CKM_AES_GCM:
      gcm_ = {first_.data(),  first_.size(),  first_.size() * 8,
              second_.data(), second_.size(), 128};
      raw_ = {type_, &gcm_, sizeof(gcm_)};
      break;
    case CKM_SHA256_RSA_PKCS_PSS:
      raw_ = {type_, &pss_, sizeof(pss_)};
      break;
    case CKM_ECDH1_DERIVE:
      ecdh_ = {CKD_NULL, 0, nullptr, first_.size(), first_.data()};
      raw_ = {type_, &ecdh_, sizeof(ecdh_)};
      break;
    case CKM_CONCATENATE_BASE_AND_KEY:
    case CKM_EXTRACT_KEY_FROM_KEY:
      raw_ = {type_, &number_, sizeof(number_)};
      break;
    case CKM_CONCATENATE_BASE_AND_DATA:
    case CKM_AES_ECB_ENCRYPT_DATA:
    case CKM_DES3_ECB_ENCRYPT_DATA:
      string_data_ = {first_.data(), first_.size()};
      raw_ = {type_, &string_data_, sizeof(string_data_)};
      break;
    case CKM_DES3_CBC_ENCRYPT_DATA:
      des_cbc_data_ = {{}, first_.data(), first_.size()};  // the IV is zero
      raw_ = {type_, &des_cbc_data_, sizeof(des_cbc_data_)};
      break;
    case kSp800_108CounterKdf: {
      counter_ = {CK_FALSE, 8};
      CK_ULONG count = 0;
      if (!first_.empty()) {
        prf_data_[count++] = {kPrfDataByteArray, first_.data(), first_.size()};
      }
      prf_data_[count++] = {kPrfDataIterationVariable, &counter_,
                            sizeof(counter_)};
      if (!second_.empty()) {
        prf_data_[count++] = {kPrfDataByteArray, second_.data(),
                              second_.size()};
      }
      kdf_ = {CKM_AES_CMAC, count, prf_data_, 0, nullptr};
      raw_ = {type_, &kdf_, sizeof(kdf_)};
      break;
    }
    default:
      break;
  }
  return &raw_;
}

}  // namespace cardferry::pkcs11
