#ifndef CARDFERRY_HSM_CONFIG_MASTER_FACTS_H_
#define CARDFERRY_HSM_CONFIG_MASTER_FACTS_H_

#include <array>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/session.h"

namespace cardferry::hsm {

// A GlobalPlatform key check value: the first 3 bytes of the encryption of
// sixteen bytes 01 for AES (GPC Amendment D, 7.2.2), of eight bytes 00 for
// triple DES (GPCS 2.3.1, B.6). Not CKA_CHECK_VALUE, which publishes bits of a
// CMAC subkey.
using KeyCheckValue = std::array<uint8_t, 3>;

// What a derive-only master cannot be asked any more, noted at its ceremony in
// a private data object beside it. E(0) makes KDF3 possible by
// CKM_AES_ECB_ENCRYPT_DATA alone; it reveals nothing of the key, but it stays
// private, since CMAC wants its subkeys unknown.
//   version 01 | E(0) (16; zeros for triple DES, which needs none) |
//   key check value (3) |
//   key check value (3) of the key 1 of a card whose data are ten zeros, by
//   KDF3, or by VISA2 for triple DES
struct MasterFacts {
  pkcs11::AesBlock zero_encrypted = {};
  KeyCheckValue check_value = {};
  KeyCheckValue derived_check_value = {};

  Bytes Encode() const;
  // DATA_LOSS when it is not of this form.
  static absl::StatusOr<MasterFacts> Decode(ByteSpan bytes);
};

// The key check value of a derived session key that may encrypt by AES-ECB.
absl::StatusOr<KeyCheckValue> CheckValueOf(pkcs11::Session& session,
                                           pkcs11::ObjectHandle key);

// A block that the zero card's key 1 under `base` encrypts, by derivation: the
// same for the same master, and it needs no encryption by the master itself.
// `master` says its type and length.
absl::StatusOr<Bytes> DerivedFingerprint(pkcs11::Session& session,
                                         const pkcs11::TemplateBuilder& builder,
                                         pkcs11::KdfRecipe recipe,
                                         const pkcs11::KdfBase& base,
                                         const pkcs11::KeySpec& master);

// Its first bytes: the check value of that key.
absl::StatusOr<KeyCheckValue> DerivedCheckValue(
    pkcs11::Session& session, const pkcs11::TemplateBuilder& builder,
    pkcs11::KdfRecipe recipe, const pkcs11::KdfBase& base,
    const pkcs11::KeySpec& master);

// The facts of `entry` in the token. NOT_FOUND when the ceremony made none.
absl::StatusOr<MasterFacts> ReadMasterFacts(pkcs11::Session& session,
                                            const KeyEntry& entry);

// Makes the data object in a writable token.
absl::Status WriteMasterFacts(pkcs11::Session& session, const KeyEntry& entry,
                              const MasterFacts& facts);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_MASTER_FACTS_H_
