#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_CMAC_KDF_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_CMAC_KDF_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::scp {

// The key derivation of NIST SP 800-108 in counter mode over AES-CMAC, with a
// counter of one byte: CMAC(key, before || i || after) for i = 1.., joined and
// cut to `bits`. INVALID_ARGUMENT unless `bits` is a multiple of 8 from 8 to
// 32640 and `key` is an AES key.
absl::StatusOr<SecretBytes> CmacCounterKdf(const SecretBytes& key,
                                           ByteSpan before, ByteSpan after,
                                           size_t bits);

// The derivation constants of SCP03 (GPC Amendment D, table 4-1).
enum class Scp03Constant : uint8_t {
  kCardCryptogram = 0x00,
  kHostCryptogram = 0x01,
  kCardChallenge = 0x02,
  kSEnc = 0x04,
  kSMac = 0x06,
  kSRmac = 0x07,
};

// The data derivation of SCP03 (GPC Amendment D, 4.1.5), CmacCounterKdf over:
//   zeros (11) | constant (1) | 00 | L = bits (2) | i (1) | context
absl::StatusOr<SecretBytes> Scp03Kdf(const SecretBytes& key, uint8_t constant,
                                     ByteSpan context, size_t bits);

struct Scp03SessionKeys {
  SecretBytes enc;
  SecretBytes mac;
  SecretBytes rmac;
};

// GPC Amendment D, 6.2.1: from the card's static K-ENC and K-MAC, as long as
// these; the context is host challenge || card challenge.
absl::StatusOr<Scp03SessionKeys> DeriveScp03SessionKeys(
    const SecretBytes& static_enc, const SecretBytes& static_mac,
    ByteSpan host_challenge, ByteSpan card_challenge);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_CMAC_KDF_H_
