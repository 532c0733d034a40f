#ifndef CARDFERRY_LIB_PKCS11_SCP02_KNOWN_ANSWERS_H_
#define CARDFERRY_LIB_PKCS11_SCP02_KNOWN_ANSWERS_H_

#include <vector>

#include "lib/pkcs11/capabilities.h"
#include "lib/pkcs11/key_template.h"

namespace cardferry::pkcs11 {

// The recipes' names, for Capabilities::Has, and their purposes:
// "triple DES key derivation"
inline constexpr char kRecipeDes2Derivation[] = "des2_derivation";
// "triple DES key derivation from 24 bytes"
inline constexpr char kRecipeDes3Derivation[] = "des3_derivation";
// "retail MAC"
inline constexpr char kRecipeRetailMac[] = "retail_mac";
// "triple DES decryption"
inline constexpr char kRecipeDes3CbcDecrypt[] = "des3_cbc_decrypt";

// What a vault with triple DES keys needs besides Scp03Recipes, with published
// or independently computed answers. A vault without such keys does not.
std::vector<Recipe> Scp02Recipes(const TemplateBuilder& builder);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_SCP02_KNOWN_ANSWERS_H_
