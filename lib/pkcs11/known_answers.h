#ifndef CARDFERRY_LIB_PKCS11_KNOWN_ANSWERS_H_
#define CARDFERRY_LIB_PKCS11_KNOWN_ANSWERS_H_

#include <vector>

#include "lib/pkcs11/capabilities.h"
#include "lib/pkcs11/key_template.h"

namespace cardferry::pkcs11 {

// The recipes' names, for Capabilities::Has.
// Purpose "cmac key derivation":
constexpr char kRecipeKdfNative[] = "kdf_native_sp800_108";
constexpr char kRecipeKdfAesData[] = "kdf_ecb_trick";
// Purpose "cmac":
constexpr char kRecipeMacByCbc[] = "mac_by_cbc";
constexpr char kRecipeMacBySign[] = "mac_by_sign";
// Purposes "aes-cbc", "aes-cbc decryption", "aes-gcm", "hmac-sha256":
constexpr char kRecipeAesCbc[] = "aes_cbc";
constexpr char kRecipeAesCbcDecrypt[] = "aes_cbc_decrypt";
constexpr char kRecipeAesGcm[] = "aes_gcm";
constexpr char kRecipeHmacSha256[] = "hmac_sha256";

// What a vault for SCP03 needs, each with published or independently computed
// answers. Keys are imported into session objects as `builder` wants them.
std::vector<Recipe> Scp03Recipes(const TemplateBuilder& builder);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_KNOWN_ANSWERS_H_
