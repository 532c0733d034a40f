#ifndef CARDFERRY_SERVICES_KEYVAULT_FILES_VERIFY_COMMAND_H_
#define CARDFERRY_SERVICES_KEYVAULT_FILES_VERIFY_COMMAND_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"

namespace cardferry::keyvault {

// VERIFY with this password IN PLAINTEXT, to be wiped (CommandApdu::WipeData)
// as soon as it is protected (ISO/IEC 7816-4, 11.6.6):
//   00 20 00 | reference | Lc | password
// INVALID_ARGUMENT for a password that has no room.
absl::StatusOr<card::CommandApdu> VerifyCommand(uint8_t reference,
                                                const SecretBytes& password);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_FILES_VERIFY_COMMAND_H_
