#ifndef CARDFERRY_HSM_CONFIG_READABLE_DERIVATION_H_
#define CARDFERRY_HSM_CONFIG_READABLE_DERIVATION_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "lib/base/secret_bytes.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/session.h"

namespace cardferry::hsm {

// The hole that SoftHSM (and NSS softokn, outside its own SP 800-108) leaves
// and the threat model names: a logged-in process may derive something readable
// from a key that is itself sensitive and not extractable. Two uses are
// allowed, both outside the serving processes: what a ceremony notes of a
// master (E(0), key check value), and the keys of simulated cards. A module
// without the hole answers PERMISSION_DENIED.

// AES-ECB(base, block).
absl::StatusOr<pkcs11::AesBlock> EncryptByDerivation(
    pkcs11::Session& session, pkcs11::ObjectHandle base,
    const pkcs11::AesBlock& block);

// The value of a key that the mechanism derives.
absl::StatusOr<SecretBytes> DeriveReadable(pkcs11::Session& session,
                                           pkcs11::Mechanism mechanism,
                                           pkcs11::ObjectHandle base,
                                           size_t length);

// The same of one that is derived by AES-CMAC.
absl::StatusOr<SecretBytes> DeriveReadable(pkcs11::Session& session,
                                           const pkcs11::KdfBase& base,
                                           const pkcs11::KdfInput& input,
                                           size_t length);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_READABLE_DERIVATION_H_
