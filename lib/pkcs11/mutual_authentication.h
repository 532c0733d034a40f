#ifndef CARDFERRY_LIB_PKCS11_MUTUAL_AUTHENTICATION_H_
#define CARDFERRY_LIB_PKCS11_MUTUAL_AUTHENTICATION_H_

#include <cstddef>
#include <optional>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/pkcs11/retail_mac.h"
#include "lib/pkcs11/session.h"

// Mutual authentication of a host and a file-oriented card with session keys
// agreed upon (ICAO Doc 9303-11, 4.3 and 9.7.1), the card's own keys inside an
// HSM.
namespace cardferry::pkcs11 {

// A card's own keys. `enc` encrypts and decrypts, the MAC's encrypt: triple DES
// by CKM_DES3_CBC, AES by CKM_AES_ECB and CKM_AES_CBC.
struct CardKeyPair {
  bool is_des = true;
  size_t length = 16;  // of each key; AES also 32
  ObjectHandle enc = kNoObject;
  RetailMacKey mac;  // AES: `whole` alone
};

// What the host and the card draw for one authentication. `host_key` (K.IFD) is
// as long as a card's key, the challenges (RND.IFD, RND.IC) have 8 bytes and
// differ: to equal ones the host's own token is an answer.
struct AuthenticationSeed {
  Bytes host_challenge;
  Bytes card_challenge;
  SecretBytes host_key;
};

// The command's data, E || MAC(E) with E = ENC(RND.IFD || RND.IC || K.IFD) in
// CBC mode from zeros, the MAC over the padded E: 40 bytes, with AES-256 56.
// INVALID_ARGUMENT for other lengths than above, and for equal challenges. At
// most `limit` bytes go into a call.
absl::StatusOr<Bytes> AuthenticationToken(Session& session,
                                          const CardKeyPair& keys,
                                          const AuthenticationSeed& seed,
                                          size_t limit);

// The session keys of 9.7.1.2, IN PLAINTEXT: KDF(K.IFD xor K.IC, 1 and 2). No
// module that is known here both adds secrets and takes a card's answer apart
// inside. For who has been told that he may; to be imported at once.
struct SessionKeyValues {
  SecretBytes enc;
  SecretBytes mac;
  SecretBytes mac_left;  // triple DES: its first half twice; else empty
};

// `answer`: E || MAC(E) with E = ENC(RND.IC || RND.IFD || K.IC). Nothing when
// it is not an answer of this card to this token, or K.IC is K.IFD, which makes
// session keys that everybody knows; what has a wrong MAC is not decrypted. An
// error is the module's, or INVALID_ARGUMENT as above.
absl::StatusOr<std::optional<SessionKeyValues>> AgreeOnSessionKeys(
    Session& session, const CardKeyPair& keys, const AuthenticationSeed& seed,
    ByteSpan answer, size_t limit);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_MUTUAL_AUTHENTICATION_H_
