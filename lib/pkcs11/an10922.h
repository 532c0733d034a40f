#ifndef CARDFERRY_LIB_PKCS11_AN10922_H_
#define CARDFERRY_LIB_PKCS11_AN10922_H_

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/session.h"

// NXP AN10922, keys diversified by CMAC over exactly two blocks, inside an HSM.
// The master encrypts single blocks (CKM_AES_ECB, CKM_DES3_ECB) besides
// deriving: the first of the two blocks is the card's.
namespace cardferry::pkcs11 {

// AES of 16 or 32 bytes (`length`), for DeriveCmacKey; `input` has 1 to 31
// bytes.
KdfInput An10922Input(size_t length, ByteSpan input);

// Triple DES of 16 or 24 bytes: by what mechanism the key is derived from
// `master`, found by one call of the HSM; `input` has 1 to 15 bytes.
absl::StatusOr<Mechanism> An10922DesMechanism(Session& session,
                                              ObjectHandle master,
                                              size_t length, ByteSpan input);

// AES of 24 bytes, IN PLAINTEXT: two halves of it are added, which no module
// that is known here does inside. For who has been told that he may.
absl::StatusOr<SecretBytes> An10922Aes192Value(Session& session,
                                               ObjectHandle master,
                                               ByteSpan input);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_AN10922_H_
