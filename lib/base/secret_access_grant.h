#ifndef CARDFERRY_LIB_BASE_SECRET_ACCESS_GRANT_H_
#define CARDFERRY_LIB_BASE_SECRET_ACCESS_GRANT_H_

#include "lib/base/secret_access.h"

namespace cardferry {

// Makes the right to read secrets. To use it a target has to depend on
// //lib/base:secret_access_grant, whose visibility is the list of those
// allowed.
SecretAccess GrantSecretAccess();

}  // namespace cardferry

#endif  // CARDFERRY_LIB_BASE_SECRET_ACCESS_GRANT_H_
