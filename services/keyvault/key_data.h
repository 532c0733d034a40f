#ifndef CARDFERRY_SERVICES_KEYVAULT_KEY_DATA_H_
#define CARDFERRY_SERVICES_KEYVAULT_KEY_DATA_H_

#include "absl/status/statusor.h"
#include "lib/card/apdu/command_apdu.h"

namespace cardferry::keyvault {

// Whether a DELETE names keys (GPC 2.3.1, 11.2.2.3: tags D0, D2) and not
// content (tag 4F). INVALID_ARGUMENT when its data is not a list of data
// objects, has neither, or has one that is not known.
absl::StatusOr<bool> DeletesKeys(const card::CommandApdu& command);

// Whether a STORE DATA brings keys to a security domain (control reference
// templates A6 and B9 and the key data groups that go with them; GPC 2.3.1,
// 11.11 and Amendment A). INVALID_ARGUMENT when its data does not have the
// structure that P1 promises, or goes on in the next command; and for encrypted
// data, of which nothing can be told.
absl::StatusOr<bool> StoresKeys(const card::CommandApdu& command);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_KEY_DATA_H_
