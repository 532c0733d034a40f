#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_MODULE_WAYS_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_MODULE_WAYS_H_

#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/key_template.h"

namespace cardferry::keyvault {

// How the module wants things done.
struct ModuleWays {
  pkcs11::TemplateBuilder builder;
  pkcs11::KdfRecipe kdf;
  // A card's AES keys encrypt too, where deriving alone would do: for what is
  // computed under them and is no key.
  bool card_keys_encrypt = false;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_MODULE_WAYS_H_
