#ifndef CARDFERRY_SERVICES_KEYVAULT_INSTALL_PRIVILEGES_H_
#define CARDFERRY_SERVICES_KEYVAULT_INSTALL_PRIVILEGES_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "lib/card/apdu/command_apdu.h"

namespace cardferry::keyvault {

// The privileges that an INSTALL [for install] or [for make selectable] gives
// (GPCS 2.3.1, 11.5.2.3.2 and 11.1.2), as their three bytes in one number:
// 0x800000 Security Domain, 0x040000 Card Reset, 0x001000 Global Delete. Of
// privileges in one byte the others are zeros. INVALID_ARGUMENT when the data
// is not exactly
//   length, load file AID | length, module AID | length, application AID |
//   length (1 or 3), privileges | length, parameters | length, token
// with AIDs of 0 or 5 to 16 bytes, and the lengths of parameters and token as
// BER in its shortest form (81 from 128 on). There is one way to read that, so
// the card finds no other privileges than these.
absl::StatusOr<uint32_t> PrivilegesOfInstall(const card::CommandApdu& command);

// What an INSTALL [for extradition] or [for registry update] (11.5.2.3.4,
// 11.5.2.3.5) has in the field of privileges; nothing when that is empty, and
// the privileges stay as they are:
//   length, security domain AID | 00 | length, AID | length (0, 1 or 3),
//   privileges | 00 | length, token
// Privileges that are there REPLACE those that the application has: zero takes
// them all. INVALID_ARGUMENT too for parameters: by them a registry update can
// take from an application what nothing gives back.
absl::StatusOr<std::optional<uint32_t>> PrivilegesOfRegistryChange(
    const card::CommandApdu& command);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_INSTALL_PRIVILEGES_H_
