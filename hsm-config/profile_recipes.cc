#include "hsm-config/profile_recipes.h"

#include <utility>

#include "lib/pkcs11/an10922_known_answers.h"
#include "lib/pkcs11/known_answers.h"
#include "lib/pkcs11/scp02_known_answers.h"

namespace cardferry::hsm {

std::vector<pkcs11::Recipe> RecipesFor(const KeyProfile& profile,
                                       const pkcs11::TemplateBuilder& builder) {
  std::vector<pkcs11::Recipe> recipes = pkcs11::Scp03Recipes(builder);
  bool an10922_aes = false;
  bool an10922_des = false;
  for (const KeySet& set : profile.key_sets) {
    if (!IsAn10922(set.scheme)) continue;
    (IsTripleDes(set.scheme.key_bits) ? an10922_des : an10922_aes) = true;
  }
  if (an10922_aes) recipes.push_back(pkcs11::An10922AesRecipe(builder));
  if (an10922_des) recipes.push_back(pkcs11::An10922DesRecipe(builder));
  if (!HasTripleDes(profile)) return recipes;
  for (pkcs11::Recipe& recipe : pkcs11::Scp02Recipes(builder)) {
    recipes.push_back(std::move(recipe));
  }
  return recipes;
}

}  // namespace cardferry::hsm
