#ifndef CARDFERRY_LIB_PKCS11_MECHANISM_H_
#define CARDFERRY_LIB_PKCS11_MECHANISM_H_

#include <cstddef>

#include "lib/base/bytes.h"
#include "lib/pkcs11/cryptoki.h"

namespace cardferry::pkcs11 {

// A mechanism with its parameters, which it owns.
class Mechanism {
 public:
  // Without parameters: CKM_AES_ECB, CKM_AES_CMAC, CKM_SHA256_HMAC, ...
  static Mechanism Plain(CK_MECHANISM_TYPE type);
  // AES-CBC without padding; `iv` of 16 bytes.
  static Mechanism AesCbc(ByteSpan iv);
  // Triple DES in CBC mode without padding; `iv` of 8 bytes.
  static Mechanism Des3Cbc(ByteSpan iv);
  // AES-GCM with a 16-byte tag behind the ciphertext.
  static Mechanism AesGcm(ByteSpan iv, ByteSpan additional_data);
  // RSASSA-PSS with SHA-256, also in its mask, and a salt of so many bytes.
  static Mechanism Sha256RsaPss(size_t salt_bytes);
  // Key derivation: the leading bytes of AES-ECB(base key, data). `data` of
  // whole blocks.
  static Mechanism AesEcbEncryptData(ByteSpan data);
  // Key derivation: the leading bytes of triple DES in ECB, or in CBC mode from
  // a zero IV, of `data`, which is of whole blocks.
  static Mechanism Des3EcbEncryptData(ByteSpan data);
  static Mechanism Des3CbcEncryptData(ByteSpan data);
  // Key agreement: the x-coordinate of an EC private key times `point`, 04 | x
  // | y. Without a key derivation of the module's own (CKD_NULL).
  static Mechanism Ecdh(ByteSpan point);
  // Key derivation: the base key and behind it the value of another key, or
  // `data`.
  static Mechanism ConcatenateKey(ObjectHandle other);
  static Mechanism ConcatenateData(ByteSpan data);
  // Key derivation: bytes of the base key from its byte number `offset` on.
  static Mechanism ExtractKey(size_t offset);
  // Key derivation: SP 800-108 counter mode over AES-CMAC; block i is
  // CMAC(base key, before || i (one byte, from 1) || after).
  static Mechanism CmacCounterKdf(ByteSpan before, ByteSpan after);

  // For the call itself: valid until this object moves or ends.
  CK_MECHANISM* Get();

 private:
  explicit Mechanism(CK_MECHANISM_TYPE type) : type_(type) {}

  CK_MECHANISM_TYPE type_;
  Bytes first_;          // IV, or data, or what stands before the counter
  Bytes second_;         // additional data, or what stands after the counter
  CK_ULONG number_ = 0;  // a handle, or the offset in bits
  CK_MECHANISM raw_ = {};
  CK_ECDH1_DERIVE_PARAMS ecdh_ = {};
  CK_GCM_PARAMS gcm_ = {};
  CK_RSA_PKCS_PSS_PARAMS pss_ = {};
  CK_KEY_DERIVATION_STRING_DATA string_data_ = {};
  CK_DES_CBC_ENCRYPT_DATA_PARAMS des_cbc_data_ = {};
  Sp800_108CounterFormat counter_ = {};
  PrfDataParam prf_data_[3] = {};
  Sp800_108KdfParams kdf_ = {};
};

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_MECHANISM_H_
