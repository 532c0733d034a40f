#include "hsm-config/key_usage_proto.h"

#include "absl/status/status.h"

namespace cardferry::hsm {

namespace pb = config::v1;
using pkcs11::Usage;

absl::StatusOr<Usage> ToUsage(pb::Usage usage) {
  switch (usage) {
    case pb::USAGE_ENCRYPT:
      return Usage::kEncrypt;
    case pb::USAGE_DECRYPT:
      return Usage::kDecrypt;
    case pb::USAGE_SIGN:
      return Usage::kSign;
    case pb::USAGE_VERIFY:
      return Usage::kVerify;
    case pb::USAGE_WRAP:
      return Usage::kWrap;
    case pb::USAGE_UNWRAP:
      return Usage::kUnwrap;
    case pb::USAGE_DERIVE:
      return Usage::kDerive;
    default:
      return absl::InvalidArgumentError("unknown usage");
  }
}

absl::StatusOr<CK_MECHANISM_TYPE> ToMechanism(pb::Mechanism mechanism) {
  switch (mechanism) {
    case pb::MECHANISM_AES_ECB:
      return CKM_AES_ECB;
    case pb::MECHANISM_AES_CBC:
      return CKM_AES_CBC;
    case pb::MECHANISM_AES_GCM:
      return CKM_AES_GCM;
    case pb::MECHANISM_AES_CMAC:
      return CKM_AES_CMAC;
    case pb::MECHANISM_AES_ECB_ENCRYPT_DATA:
      return CKM_AES_ECB_ENCRYPT_DATA;
    case pb::MECHANISM_SP800_108_COUNTER_KDF:
      return pkcs11::kSp800_108CounterKdf;
    case pb::MECHANISM_SHA256_HMAC:
      return CKM_SHA256_HMAC;
    case pb::MECHANISM_DES3_ECB_ENCRYPT_DATA:
      return CKM_DES3_ECB_ENCRYPT_DATA;
    case pb::MECHANISM_DES3_CBC_ENCRYPT_DATA:
      return CKM_DES3_CBC_ENCRYPT_DATA;
    case pb::MECHANISM_DES3_ECB:
      return CKM_DES3_ECB;
    default:
      return absl::InvalidArgumentError("unknown mechanism");
  }
}

}  // namespace cardferry::hsm
