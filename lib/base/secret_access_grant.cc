#include "lib/base/secret_access_grant.h"

namespace cardferry {

SecretAccess GrantSecretAccess() { return SecretAccess(); }

}  // namespace cardferry
