#include "hsm-config/profile_recipes.h"

#include <utility>

#include "lib/pkcs11/known_answers.h"
#include "lib/pkcs11/scp02_known_answers.h"

namespace cardferry::hsm {

std::vector<pkcs11::Recipe> RecipesFor(const KeyProfile& profile,
                                       const pkcs11::TemplateBuilder& builder) {
  std::vector<pkcs11::Recipe> recipes = pkcs11::Scp03Recipes(builder);
  if (!HasTripleDes(profile)) return recipes;
  for (pkcs11::Recipe& recipe : pkcs11::Scp02Recipes(builder)) {
    recipes.push_back(std::move(recipe));
  }
  return recipes;
}

}  // namespace cardferry::hsm
