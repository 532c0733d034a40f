#ifndef CARDFERRY_HSM_CONFIG_CEREMONY_H_
#define CARDFERRY_HSM_CONFIG_CEREMONY_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"
#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/session.h"
#include "lib/pkcs11/token.h"

namespace cardferry::hsm {

// A token open for a ceremony, and how its module wants things done.
struct CeremonyRoom {
  pkcs11::Session& session;  // read-write, logged in
  const pkcs11::TemplateBuilder& builder;
  pkcs11::KdfRecipe recipe;
  bool allow_test_keys = false;  // demos and tests
};

// Runs the known-answer tests that the profile's keys want of the module, and
// says how it derives keys.
absl::StatusOr<pkcs11::KdfRecipe> ChooseKdf(
    pkcs11::Token& token, const pkcs11::TemplateBuilder& builder,
    const KeyProfile& profile);

// A new random key as a session object that KeepKey can keep.
absl::StatusOr<pkcs11::Object> GenerateMaster(const CeremonyRoom& room,
                                              const KeyEntry& entry);

// Makes a token key of a session object that was generated (or imported) as a
// master: tries it, copies it to the token, tries the copy
// with the same result, checks its attributes, notes its facts. A failure
// leaves the token unfit for use: throw it away. ALREADY_EXISTS when the token
// has such a key; FAILED_PRECONDITION for a well-known test key.
absl::Status KeepKey(const CeremonyRoom& room, const pkcs11::Object& key,
                     const KeyEntry& entry);

// Generates the profile's signing keys inside the HSM. ALREADY_EXISTS when the
// token has one of them.
absl::Status GenerateSigningKeys(const CeremonyRoom& room,
                                 const KeyProfile& profile);

// Generates every key of the profile inside the HSM and keeps it.
absl::Status GenerateKeys(const CeremonyRoom& room, const KeyProfile& profile);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_CEREMONY_H_
