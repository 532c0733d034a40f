#ifndef CARDFERRY_SERVICES_KEYVAULT_KEY_DATA_H_
#define CARDFERRY_SERVICES_KEYVAULT_KEY_DATA_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
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

// The same of a row of STORE DATA commands, for objects that go on from one
// command to the next: commands with P1 of one structure, numbered without a
// gap (P2), of which only the last one may be said to be the last (P1 80). Keys
// when the row together has some, or when a command could begin with them to a
// card that reads it by itself. INVALID_ARGUMENT as above, of all together.
absl::StatusOr<bool> StoresKeys(absl::Span<const card::CommandApdu> row);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_KEY_DATA_H_
