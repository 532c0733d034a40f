#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_DIVERSIFICATION_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_DIVERSIFICATION_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/scp/issuer_template.h"
#include "lib/card/scp/openssl/an10922.h"

namespace cardferry::scp {

// How a card's keys are made from an issuer's master. n is the key: 1 ENC,
// 2 MAC, 3 DEK; d[i] is a byte of the key diversification data.
enum class Diversification {
  // The master itself.
  kNone,
  // Triple-DES ECB of
  //   d[0,1,4,5,6,7] | F0 | n | d[0,1,4,5,6,7] | 0F | n
  kVisa2,
  // EMV Card Personalization Specification 1.1, 4.1: triple-DES ECB of
  //   d[4..9] | F0 | n | d[4..9] | 0F | n
  kEmvCps11,
  // SP 800-108 in counter mode over AES-CMAC, as long as the master:
  //   i (1) | 000000 | n | 00 | d[0..9]
  kKdf3,
  // The same with the key's length in bits (2 bytes) after it.
  kKdf3WithLength,
};

// Key `n` of a card. The master of kVisa2 and kEmvCps11 has 16 or 24 bytes, and
// gives keys of 16; that of the others has 16, 24 or 32. `diversification_data`
// has
// 10. INVALID_ARGUMENT otherwise. Parity bits are as they come.
absl::StatusOr<SecretBytes> DiversifyKey(Diversification scheme,
                                         const SecretBytes& master, uint8_t n,
                                         ByteSpan diversification_data);

// Key `n` of a card by an issuer's own template: as long as the master, for
// triple DES 16 bytes. INVALID_ARGUMENT unless CheckTemplate accepts it for
// such keys.
absl::StatusOr<SecretBytes> DiversifyByTemplate(const IssuerTemplate& form,
                                                KeyKind kind,
                                                const SecretBytes& master,
                                                uint8_t n,
                                                ByteSpan diversification_data);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_DIVERSIFICATION_H_
