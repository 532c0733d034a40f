#ifndef CARDFERRY_LIB_CARD_GP_REGISTRY_COMMANDS_H_
#define CARDFERRY_LIB_CARD_GP_REGISTRY_COMMANDS_H_

#include <optional>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"

// INSTALL and SET STATUS of what is on the card already (GPCS 2.3.1, 11.5.2.3,
// 11.10): what changes its entry in the registry. Plain, without token; INSTALL
// asks for an answer.
namespace cardferry::card {

// INSTALL [for make selectable] (11.5.2.3.3). INVALID_ARGUMENT for privileges
// that do not have 1 or 3 bytes.
absl::StatusOr<CommandApdu> MakeSelectable(const Aid& application,
                                           ByteSpan privileges);

// INSTALL [for extradition] (11.5.2.3.4): the application or load file belongs
// to this security domain from now on.
absl::StatusOr<CommandApdu> Extradite(const Aid& what,
                                      const Aid& security_domain);

// What INSTALL [for registry update] changes; what is not given stays.
struct RegistryUpdate {
  Aid application;
  std::optional<Aid> security_domain = std::nullopt;
  Bytes privileges = {};  // 1 or 3 bytes; empty: as they are
  Bytes parameters = {};  // the whole field, EF { ... }
};

// INSTALL [for registry update] (11.5.2.3.5). INVALID_ARGUMENT for privileges
// of another length.
absl::StatusOr<CommandApdu> UpdateRegistry(const RegistryUpdate& update);

// SET STATUS of an application (11.10): locks it, or puts it back into the
// state that it had before.
absl::StatusOr<CommandApdu> SetLocked(const Aid& application, bool locked);

// INSTALL [for personalization] (11.5.2.3.6): the STORE DATA commands after it
// go to this application.
absl::StatusOr<CommandApdu> InstallForPersonalization(const Aid& application);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_GP_REGISTRY_COMMANDS_H_
