#ifndef CARDFERRY_LIB_PKCS11_DES_KDF_H_
#define CARDFERRY_LIB_PKCS11_DES_KDF_H_

#include <cstdint>

#include "lib/base/bytes.h"

// What keys are derived from by one triple DES encryption inside an HSM
// (Mechanism::Des3EcbEncryptData, Des3CbcEncryptData): 16 bytes, which give a
// CKK_DES2 key. `key_number` is 1 ENC, 2 MAC, 3 DEK; KDD is the 10 bytes of key
// diversification data in a card's answer to INITIALIZE UPDATE.
namespace cardferry::pkcs11 {

// VISA2, by ECB under the issuer's master: with D = KDD[0..1] KDD[4..7],
// D F0 key_number D 0F key_number.
Bytes Visa2Data(uint8_t key_number, ByteSpan key_diversification_data);

// EMV Card Personalization Specification 1.1, 4.1, by ECB under the issuer's
// master: the same with D = KDD[4..9].
Bytes EmvCpsData(uint8_t key_number, ByteSpan key_diversification_data);

// SCP01's session keys (GPCS 2.1.1, D.4.1), by ECB under a card's key: card
// challenge [4..7] | host challenge [0..3] | card challenge [0..3] | host
// challenge [4..7].
Bytes Scp01KeyData(ByteSpan host_challenge, ByteSpan card_challenge);

// Constants of SCP02's session keys (GPCS 2.3.1, table E-8).
inline constexpr uint16_t kScp02CMac = 0x0101;
inline constexpr uint16_t kScp02RMac = 0x0102;
inline constexpr uint16_t kScp02SEnc = 0x0182;

// SCP02's session keys, by CBC under a card's key (GPCS 2.3.1, E.4.1):
// constant (2) | sequence counter (2) | zeros (12).
Bytes Scp02KeyData(uint16_t constant, ByteSpan sequence_counter);

// The key whose triple DES is single DES under the first half of that session
// key, by ECB: the first block of the above twice, because CBC from a zero IV
// begins like ECB. Single DES itself is in few modules.
Bytes Scp02LeftKeyData(uint16_t constant, ByteSpan sequence_counter);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_DES_KDF_H_
