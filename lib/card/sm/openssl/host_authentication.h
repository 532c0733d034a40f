#ifndef CARDFERRY_LIB_CARD_SM_OPENSSL_HOST_AUTHENTICATION_H_
#define CARDFERRY_LIB_CARD_SM_OPENSSL_HOST_AUTHENTICATION_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/sm/openssl/openssl_sm_cipher.h"
#include "lib/card/sm/send_sequence_counter.h"
#include "lib/card/sm/sm_cipher.h"

namespace cardferry::sm {

// What opens a session of secure messaging.
struct StaticKeys {
  Algorithm algorithm = Algorithm::kTripleDes;
  SecretBytes enc;  // 16 bytes; AES: 16 or 32
  SecretBytes mac;  // as long
};

// The host's random parts. The keying material is as long as a static key, and
// is used once.
struct HostRandom {
  Bytes challenge;  // RND.IFD, 8 bytes
  SecretBytes key;  // K.IFD
};

// Session keys, and the counter before the first command.
struct SmSession {
  std::unique_ptr<SmCipher> cipher;
  SendSequenceCounter counter;
};

// The data of MUTUAL AUTHENTICATE (ICAO Doc 9303-11, 4.3 and 9.7.1 ff.):
//   E || MAC(E), E = ENC(RND.IFD || RND.IC || K.IFD)
// CBC with an IV of zeros; the MAC is that of SmCipher, over the padded E. For
// AES, of which Doc 9303 has no such protocol, it is the same in blocks of 16.
// `card_challenge` (RND.IC) has 8 bytes. INVALID_ARGUMENT for other lengths,
// and for the host's own challenge: to that this token would be an answer.
absl::StatusOr<Bytes> MutualAuthenticationToken(const StaticKeys& keys,
                                                const HostRandom& host,
                                                ByteSpan card_challenge);

// The session that the card's answer (E || MAC(E) with RND.IC || RND.IFD ||
// K.IC) opens. DATA_LOSS when it is not an answer to this token, or K.IC is
// K.IFD, which makes session keys that everybody knows. The session keys are
// KDF(K.IFD xor K.IC, 1 and 2) of 9.7.1.2; the counter is the last four bytes
// of RND.IC and of RND.IFD, for AES all eight of each.
absl::StatusOr<SmSession> FinishMutualAuthentication(const StaticKeys& keys,
                                                     const HostRandom& host,
                                                     ByteSpan card_challenge,
                                                     ByteSpan answer);

// KDF(seed, number) of 9.7.1.2, the first bytes of a hash of seed || number (4
// bytes): SHA-1 for keys of 16 bytes, else SHA-256. Parity bits are as they
// come. INVALID_ARGUMENT for a size over 32.
absl::StatusOr<SecretBytes> DeriveKey(const SecretBytes& seed, uint8_t number,
                                      size_t size);

}  // namespace cardferry::sm

#endif  // CARDFERRY_LIB_CARD_SM_OPENSSL_HOST_AUTHENTICATION_H_
