#include "hsm-config/profile_recipes.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "hsm-config/testing/test_profile.h"
#include "lib/pkcs11/scp02_known_answers.h"

namespace cardferry::hsm {
namespace {

bool AsksFor(const KeyProfile& profile, const std::string& name) {
  const pkcs11::TemplateBuilder builder{pkcs11::TemplateRules()};
  const std::vector<pkcs11::Recipe> recipes = RecipesFor(profile, builder);
  return std::any_of(
      recipes.begin(), recipes.end(),
      [&](const pkcs11::Recipe& recipe) { return recipe.name == name; });
}

TEST(RecipesFor, AskForTripleDesOnlyWhereAKeySetHasIt) {
  const KeyProfile aes = TestProfile({{"a", 128}});
  const KeyProfile both =
      TestProfile({{"a", 128}, {"d", 112, Diversification::kVisa2}});
  EXPECT_FALSE(AsksFor(aes, pkcs11::kRecipeRetailMac));
  EXPECT_TRUE(AsksFor(both, pkcs11::kRecipeRetailMac));
  EXPECT_TRUE(AsksFor(both, "kdf_ecb_trick"));
}

}  // namespace
}  // namespace cardferry::hsm
