#ifndef CARDFERRY_LIB_PKCS11_AN10922_KNOWN_ANSWERS_H_
#define CARDFERRY_LIB_PKCS11_AN10922_KNOWN_ANSWERS_H_

#include <vector>

#include "lib/pkcs11/capabilities.h"
#include "lib/pkcs11/key_template.h"

namespace cardferry::pkcs11 {

// The recipes' names, for Capabilities::Has, and their purposes:
// "diversification of AES keys by AN10922"
inline constexpr char kRecipeAn10922Aes[] = "an10922_aes";
// "diversification of triple DES keys by AN10922"
inline constexpr char kRecipeAn10922Des[] = "an10922_des";

// With the application note's own examples. A vault without such keys needs
// none of it.
Recipe An10922AesRecipe(const TemplateBuilder& builder);
Recipe An10922DesRecipe(const TemplateBuilder& builder);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_AN10922_KNOWN_ANSWERS_H_
