#ifndef CARDFERRY_HSM_CONFIG_PROFILE_RECIPES_H_
#define CARDFERRY_HSM_CONFIG_PROFILE_RECIPES_H_

#include <vector>

#include "hsm-config/key_profile.h"
#include "lib/pkcs11/capabilities.h"
#include "lib/pkcs11/key_template.h"

namespace cardferry::hsm {

// The known-answer tests that a module must pass to hold these keys: triple DES
// is asked for only where a key set has such keys.
std::vector<pkcs11::Recipe> RecipesFor(const KeyProfile& profile,
                                       const pkcs11::TemplateBuilder& builder);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_PROFILE_RECIPES_H_
